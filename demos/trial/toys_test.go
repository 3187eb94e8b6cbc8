package trial_test

import (
	"bufio"
	"bytes"
	"flag"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"stickydemo/demos/shell"
	fixed "stickydemo/fixed/structheader"
	naive "stickydemo/naive/structheader"
)

// The programs that are tried are this test binary again: with these words it
// is one of them, and no test.
func TestMain(m *testing.M) {
	if len(os.Args) > 3 && os.Args[1] == "program" {
		os.Exit(toy(os.Args[2], os.Args[3:]))
	}
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		panic(err)
	}
	binaries = dir
	// Under -race each program would wait a second at its end.
	os.Setenv("GORACE", "atexit_sleep_ms=0 "+os.Getenv("GORACE"))
	straightToPython()
	if !raceEnabled { // with it, a program's start is work
		// What runs at once mostly waits, for programs and for time.
		_ = flag.Set("test.parallel", strconv.Itoa(2*runtime.GOMAXPROCS(0)))
	}
	status := m.Run()
	os.RemoveAll(dir)
	os.Exit(status)
}

// straightToPython puts Python itself before a script in PATH that looks for it at
// each start, as that of pyenv does: longer than most of what we run takes.
func straightToPython() {
	name, err := exec.LookPath("python3")
	if err != nil {
		return
	}
	if file, err := os.ReadFile(name); err != nil || !bytes.HasPrefix(file, []byte("#!")) {
		return
	}
	python, err := exec.Command(name, "-c", "import sys; print(sys.executable, end='')").Output()
	if err == nil && filepath.IsAbs(string(python)) {
		os.Setenv("PATH", filepath.Dir(string(python))+string(os.PathListSeparator)+os.Getenv("PATH"))
	}
}

// command is the command line of a program of this file.
func command(t *testing.T, name string, words ...string) string {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(append([]string{"'" + self + "'", "program", name}, words...), " ")
}

func toy(name string, args []string) int {
	role, ok := servers[name]
	if ok {
		return listen(args[0], role)
	}
	client, ok := clients[name]
	if !ok {
		fmt.Fprintln(os.Stderr, "there is no program", name)
		return 2
	}
	if err := client(args); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

func listen(port string, serve func(net.Conn)) int {
	l, err := net.Listen("tcp", "127.0.0.1:"+port)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	for {
		conn, err := l.Accept()
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		serve(conn)
		conn.Close()
	}
}

func run(command string) []byte { return shell.Builtin(command).Stdout }

var servers = map[string]func(net.Conn){
	"naive-server": func(c net.Conn) { _ = naive.Serve(c, run) },
	"fixed-server": func(c net.Conn) { _ = fixed.Serve(c, run) },
	"oneshot-server": func(c net.Conn) {
		_ = fixed.Serve(c, run)
		os.Exit(0)
	},
	"crash-server": func(c net.Conn) {
		buf := make([]byte, 100)
		if n, _ := c.Read(buf); n < 5 {
			fmt.Fprintln(os.Stderr, "half a request")
			os.Exit(3)
		}
		io.WriteString(c, "hello")
	},
	// It dies when its client has its answer and is content.
	"latecrash-server": func(c net.Conn) {
		buf := make([]byte, 100)
		n, _ := io.ReadAtLeast(c, buf, 1)
		for n < 5 {
			more, err := c.Read(buf[n:])
			if err != nil {
				return
			}
			n += more
			defer os.Exit(4)
		}
		io.WriteString(c, "hello")
		c.Close()
	},
	"parent-server": func(c net.Conn) {
		child := exec.Command("sleep", "1000")
		_ = child.Start()
		fmt.Fprintln(c, child.Process.Pid)
	},
	// One line is one message, if it comes in one read.
	"lines-server": func(c net.Conn) {
		buf := make([]byte, 1024)
		for {
			n, err := c.Read(buf)
			if err != nil {
				return
			}
			line, _, _ := strings.Cut(string(buf[:n]), "\n")
			fmt.Fprintln(c, "you said "+line)
		}
	},
	"text-server": func(c net.Conn) {
		io.WriteString(c, "hello 你好\n")
	},
	"twenty-server": func(c net.Conn) { c.Write(bytes.Repeat([]byte("x"), 20)) },
	"silent-server": func(c net.Conn) { io.Copy(io.Discard, c) },
}

var clients = map[string]func(args []string) error{
	"naive-client": func(args []string) error { return call(args, naiveCall) },
	"fixed-client": func(args []string) error { return call(args, fixedCall) },
	"say-client": func(args []string) error {
		conn := dial(args[0])
		io.WriteString(conn, "hello")
		_, err := io.Copy(os.Stdout, conn)
		return err
	},
	"read-client": func(args []string) error {
		_, err := io.Copy(os.Stdout, dial(args[0]))
		return err
	},
	"pid-client": func(args []string) error {
		fmt.Println(os.Getpid())
		return call(args, fixedCall)
	},
	"text-client": func(args []string) error {
		conn, buf := dial(args[0]), make([]byte, 100)
		for {
			n, err := conn.Read(buf)
			fmt.Print(strings.ToValidUTF8(string(buf[:n]), "?"))
			if err != nil {
				return nil
			}
		}
	},
	// Two lines, a moment apart: as a person types them.
	"lines-client": func(args []string) error {
		conn := dial(args[0])
		answers := bufio.NewReader(conn)
		for _, line := range []string{"one", "two", "three"} {
			fmt.Fprintln(conn, line)
			time.Sleep(100 * time.Millisecond)
		}
		for range 3 {
			answer, err := answers.ReadString('\n')
			fmt.Print(answer)
			if err != nil {
				return err
			}
		}
		return nil
	},
	// It wants all of it within its time, which is its right.
	"impatient-client": func(args []string) error {
		conn := dial(args[0])
		_ = conn.SetDeadline(time.Now().Add(600 * time.Millisecond))
		_, err := io.ReadFull(conn, make([]byte, 20))
		return err
	},
	"endless-client": func(args []string) error {
		dial(args[0])
		for {
			fmt.Println("still here")
			time.Sleep(time.Millisecond)
		}
	},
	"hang-client": func(args []string) error {
		_, err := io.Copy(os.Stdout, dial(args[0]))
		return err
	},
	// It fails the fifth time that it is started, and never again.
	"flaky-client": func(args []string) error {
		f, err := os.OpenFile(filepath.Join(args[1], "count"), os.O_APPEND|os.O_CREATE|os.O_RDWR, 0o644)
		if err != nil {
			return err
		}
		defer f.Close()
		io.WriteString(f, "x")
		if info, _ := f.Stat(); info.Size() == 5 {
			return fmt.Errorf("a bad day")
		}
		return call(args, fixedCall)
	},
	"stdin-client": func(args []string) error {
		in, err := io.ReadAll(os.Stdin)
		if err != nil {
			return err
		}
		return call([]string{args[0]}, func(conn net.Conn) func(string) ([]byte, error) {
			c := fixedCall(conn)
			return func(string) ([]byte, error) { return c(strings.TrimSpace(string(in))) }
		})
	},
}

func dial(port string) net.Conn {
	conn, err := net.Dial("tcp", "127.0.0.1:"+port)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	return conn
}

func naiveCall(conn net.Conn) func(string) ([]byte, error) { return naive.NewClient(conn).Call }
func fixedCall(conn net.Conn) func(string) ([]byte, error) { return fixed.NewClient(conn).Call }

func call(args []string, client func(net.Conn) func(string) ([]byte, error)) error {
	conn := dial(args[0])
	defer conn.Close()
	c := client(conn)
	for _, command := range []string{"echo two", "seq 1 20"} {
		answer, err := c(command)
		if err != nil {
			return err
		}
		os.Stdout.Write(answer)
	}
	return nil
}

func freePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	_, port, _ := net.SplitHostPort(l.Addr().String())
	return port
}

// runQuietly runs a command of this file to its end.
func runQuietly(command string) error {
	words, err := shell.Words(command)
	if err != nil {
		return err
	}
	return exec.Command(words[0], words[1:]...).Run()
}
