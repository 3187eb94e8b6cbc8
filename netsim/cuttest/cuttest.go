// Package cuttest is for tests of anything that reads from a connection. It
// does to the stream what TCP may do to it, cuts it into other reads than the
// writes were, and reports the smallest cut that makes a difference.
//
//	func TestParse(t *testing.T) {
//		cuttest.Reader(t, []byte("GET a\r\nGET b\r\n"), func(r io.Reader) (any, error) {
//			return parse(r)
//		})
//	}
//
// Reader is for a parser of an io.Reader and needs to be told nothing: what must
// not matter is the cut, so the uncut stream says what is right. Conn is for a
// client and a server on a net.Conn. Both do the same every time, and print
// nothing when all is well. For a stream of up to 2 KiB, or an exchange of some
// 800 bytes, they leave out no single cut and take well under 200 ms, unless
// the program is slow; under go test -short they try less.
//
// A failure ends with a line for a shell that adds the plan to a file below
// testdata/cuts, named for the test with _ for what a file name cannot hold.
// The plans of that file, one a line with comments from a # on, are tried
// before all others. Keep the file: it is the regression test. Plans are those
// of netsim.ParsePlan.
//
// What it leaves out: reads of nothing without an error, which io.Reader
// discourages and no connection gives; several writers in one direction;
// computation that never ends; and time outside a testing/synctest bubble.
package cuttest
