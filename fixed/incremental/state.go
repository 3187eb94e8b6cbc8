package incremental

import (
	"encoding/binary"
	"slices"
)

// AppendKey appends what stands for all that the decoder knows: two of the same
// key do the same for ever after. With CopyFrom it is what it takes to prove, as
// netsim/search does, that no cut makes a difference.
func (d *Decoder) AppendKey(key []byte) []byte {
	key = binary.BigEndian.AppendUint32(key, uint32(d.size))
	key = append(append(key, d.frame...), d.chunk...)
	if d.err != nil {
		key = append(key, d.err.Error()...)
	}
	return key
}

// CopyFrom makes d the same as o, with memory of its own.
func (d *Decoder) CopyFrom(o *Decoder) {
	d.frame = append(d.frame[:0], o.frame...)
	d.chunk, d.size, d.err = slices.Clone(o.chunk), o.size, o.err
}
