package trial

import "testing"

// What went wrong stands in one line of what a runtime prints, not always the last.
func TestLastLine(t *testing.T) {
	for _, test := range []struct{ name, text, want string }{
		{"nothing", "", ""},
		{"one line", "no idea\n", "no idea"},
		{"Python", "Traceback (most recent call last):\n  File \"a.py\", line 1\n    x\nNameError: name 'x'\n", "NameError: name 'x'"},
		{"Go", "panic: index out of range\n\ngoroutine 1 [running]:\nmain.main()\n\t/a.go:3 +0x1\nexit status 2\n", "panic: index out of range"},
		{"Node", "/a.js:1\n\"\"\"\n^^^\n\nSyntaxError: Invalid token\n    at wrap (x)\n\nNode.js v20.20.2\n", "SyntaxError: Invalid token"},
		{"Node, with fields", "Error: connect ECONNREFUSED\n    at x {\n  port: 1\n}\n\nNode.js v20.20.2\n", "Error: connect ECONNREFUSED"},
		{"Java, on Windows", "Exception in thread \"main\" java.io.IOException\r\n\tat A.main(A.java:1)\r\n", "Exception in thread \"main\" java.io.IOException"},
		{"all of it a stack", "  }\n  at x\n", "at x"},
	} {
		if got := lastLine([]byte(test.text)); got != test.want {
			t.Errorf("%s: got %q, want %q", test.name, got, test.want)
		}
	}
}
