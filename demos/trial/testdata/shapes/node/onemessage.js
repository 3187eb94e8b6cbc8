// One message is taken out of what there is, and the rest is dropped. A client
// that sends its next command when an answer begins may find the next answer there.

'use strict'

const { main, frames, size } = require('./program.js')

// reader is a format of frames; rest says what stays of a buffer after a frame.
function reader(rest) {
  return {
    encode: frames.encode,
    decoder(deliver, begun) {
      let buffer = Buffer.alloc(0)
      let end = 0 // of the frame that begins the buffer, if its size is known
      return (chunk) => {
        buffer = Buffer.concat([buffer, chunk])
        while (buffer.length >= 4) {
          if (end === 0) {
            end = 4 + size(buffer)
            begun()
          }
          if (buffer.length < end) return
          deliver(buffer.toString('utf8', 4, end))
          buffer = rest(buffer, end)
          end = 0
        }
      }
    },
  }
}

const naive = reader(() => Buffer.alloc(0)) // BUG: there may be more messages in it

const fixed = reader((buffer, end) => buffer.subarray(end)) // FIX

main({ naive: { commands: naive, answers: naive }, fixed: { commands: fixed, answers: fixed } })
