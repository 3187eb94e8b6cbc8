package search

import (
	"errors"
	"fmt"
)

// feed feeds p to d and hands every message to take. It returns the error of
// Next, or that with which the decoder broke down. take ends it by false.
func feed[D Decoder[D]](d D, p []byte, take func(message []byte) bool) (err error) {
	defer recovered(&err)
	d.Feed(p)
	return drain(d, take)
}

// drain asks d for messages until there are none, and hands them to take.
func drain[D Decoder[D]](d D, take func(message []byte) bool) error {
	for {
		message, ok, err := d.Next()
		if err != nil || !ok {
			return err
		}
		if !take(message) {
			return errEnough
		}
	}
}

// errEnough ends a feed whose caller wants no more: the message was not the
// right one, or there is no end to them.
var errEnough = errors.New("it gives messages without end")

// panicked is a decoder's panic.
type panicked struct{ value any }

func (e *panicked) Error() string { return fmt.Sprintf("it panics: %v", e.value) }

// recovered, deferred, makes a panic an error.
func recovered(err *error) {
	if r := recover(); r != nil {
		*err = &panicked{r}
	}
}

// isBreakdown reports whether err is none of the decoder's own making.
func isBreakdown(err error) bool {
	_, panics := err.(*panicked)
	return panics || err == errEnough
}

func sameError(a, b error) bool {
	return (a == nil) == (b == nil) && (a == nil || a.Error() == b.Error())
}

func say(err error) string {
	if err == nil {
		return "no error"
	}
	return fmt.Sprintf("%q", err)
}
