package lab

import "stickydemo/demos/stage"

// Programs calls f for every program of every stage: naive, its variants,
// fixed, each with the commands of what breaks it.
func Programs(f func(Spec)) {
	for i := range stage.All {
		s := &stage.All[i]
		f(Spec{Stage: s, Side: stage.Naive, Commands: s.Commands, Clients: s.Clients})
		for _, v := range s.Variants {
			f(Spec{Stage: s, Side: stage.Naive, Variant: v.Name, Commands: v.Commands, Clients: v.Clients})
		}
		f(Spec{Stage: s, Side: stage.Fixed, Commands: s.Commands, Clients: s.Clients})
	}
}
