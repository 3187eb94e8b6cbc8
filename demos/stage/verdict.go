package stage

// Verdict is how a call, or a whole run, ended. A run's verdict is that of the
// first thing in it that was not ok: a call, or the server itself.
type Verdict string

const (
	OK       Verdict = "ok"       // exactly the right answer
	Torn     Verdict = "torn"     // a proper part of the right answer, possibly empty
	Leftover Verdict = "leftover" // only bytes of earlier answers
	Glued    Verdict = "glued"    // bytes of several messages
	Wrong    Verdict = "wrong"    // any other bytes
	Error    Verdict = "error"    // the program noticed
	Hang     Verdict = "hang"     // everybody waits and nothing is on its way
	Late     Verdict = "late"     // not over at the limit of virtual time
	Spin     Verdict = "spin"     // busy for ever, without a byte or any time moving
)

// Verdicts are all of them, in the order in which they are explained.
var Verdicts = []Verdict{OK, Torn, Leftover, Glued, Wrong, Error, Hang, Late, Spin}

// Silent reports whether the program was given a wrong answer and did not
// notice, which is worse than any error.
func (v Verdict) Silent() bool {
	return v == Torn || v == Leftover || v == Glued || v == Wrong
}
