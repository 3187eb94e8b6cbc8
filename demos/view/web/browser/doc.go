// Package browser tests the page in Chromium: served by the command, and exported as
// files. It is a module of its own, so that nobody else's go.mod carries a browser's
// driver.
package browser
