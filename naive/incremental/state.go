package incremental

import "slices"

// AppendKey appends what stands for all that the decoder knows: two of the same
// key do the same for ever after. With CopyFrom it is what it takes to find, as
// netsim/search does, which cuts make a difference.
func (d *Decoder) AppendKey(key []byte) []byte { return append(key, d.chunk...) }

// CopyFrom makes d the same as o, with memory of its own.
func (d *Decoder) CopyFrom(o *Decoder) { d.chunk = slices.Clone(o.chunk) }
