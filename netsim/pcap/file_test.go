package pcap

import (
	"io"
	"testing"
)

func TestACaptureIsBounded(t *testing.T) {
	f := file{w: io.Discard, size: MaxSize - 16}
	if f.block(blockPacket, nil); f.err != nil {
		t.Errorf("%d bytes: %v", f.size, f.err)
	}
	if f.block(blockPacket, nil); f.err == nil || f.err.Error() != "a capture of more than 1073741824 bytes" {
		t.Errorf("%d bytes: got %v", f.size, f.err)
	}
}
