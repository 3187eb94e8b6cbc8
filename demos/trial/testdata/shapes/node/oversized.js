// A command over the limit is refused, and what comes after it must still be
// understood.

'use strict'

const { main, frames } = require('./program.js')

const LIMIT = 1024 // bytes of a command

const commands = ['echo two', 'a'.repeat(3000), 'printf abc; echo', 'b'.repeat(2000), 'seq 1 2000']

const refused = (size) => ({ refusal: `refused ${size} bytes, limit ${LIMIT}\n` })

// limited is a format of frames. skip takes up to size bytes off a buffer.
function limited(skip) {
  return {
    encode: frames.encode,
    decoder(deliver) {
      let buffer = Buffer.alloc(0)
      let missing = 0 // bytes still to come of a frame that was refused
      return (chunk) => {
        ;({ buffer, missing } = skip(Buffer.concat([buffer, chunk]), missing))
        while (buffer.length >= 4) {
          const size = buffer.readUInt32BE()
          if (size > LIMIT) {
            deliver(refused(size))
            ;({ buffer, missing } = skip(buffer, 4 + size))
          } else if (buffer.length >= 4 + size) {
            deliver(buffer.toString('utf8', 4, 4 + size))
            buffer = buffer.subarray(4 + size)
          } else {
            return
          }
        }
      }
    },
  }
}

const naive = limited((buffer, size) => {
  if (size > 0) buffer = Buffer.alloc(0) // BUG: it may hold less than the frame, or more
  return { buffer, missing: 0 }
})

const fixed = limited((buffer, size) => {
  const missing = Math.max(0, size - buffer.length)
  return { buffer: buffer.subarray(size), missing } // FIX
})

main({ naive: { commands: naive, answers: frames }, fixed: { commands: fixed, answers: frames }, commands })
