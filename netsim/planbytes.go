package netsim

import "time"

// PlanFromBytes makes a plan of any bytes, so that a fuzz target can explore
// cuts together with content. The plan keeps the stream whole: what it does is
// cut and stall, within the first 64 KiB of either direction. Similar bytes
// make similar plans, and no bytes make the plan that glues.
//
// Each two bytes, the first the higher, are one step in one direction: bit 15
// chooses down, bit 14 a stall of 1 s instead of a cut, and the other bits say
// how far from the last step in that direction it stands. Each step stands
// beyond the last, and a cut beyond the first byte.
func PlanFromBytes(data []byte) Plan {
	var p Plan
	last := [2]int{-1, -1}
	for ; len(data) >= 2; data = data[2:] {
		step := int(data[0])<<8 | int(data[1])
		dir := step >> 15
		s := [...]*Stream{&p.Up, &p.Down}[dir]
		stall := step&0x4000 != 0
		at := max(last[dir], 0) + step&0x3fff
		at = max(at, last[dir]+1)
		if !stall {
			at = max(at, 1)
		}
		if at > 64<<10 {
			continue
		}
		last[dir] = at
		if stall {
			s.Stalls = append(s.Stalls, Stall{time.Second, at})
		} else {
			s.Cuts = append(s.Cuts, at)
		}
	}
	return p
}
