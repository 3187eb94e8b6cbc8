// A command over the limit is refused, and what comes after it must still be
// understood.

'use strict'

const { main, frames } = require('./program.js')

const LIMIT = 1024 // bytes of a command

const refusal = (size) => `refused: ${size} bytes, limit ${LIMIT}\n`

const commands = ['echo two', 'a'.repeat(3000), 'printf abc; echo', 'b'.repeat(2000), 'seq 1 2000']

const naive = {
  encode: frames.encode,
  decoder(deliver) {
    let buffer = Buffer.alloc(0)
    return (chunk) => {
      buffer = Buffer.concat([buffer, chunk])
      while (buffer.length >= 4) {
        const size = buffer.readUInt32BE()
        if (size > LIMIT) {
          buffer = Buffer.alloc(0) // BUG: it may hold less than the frame, or more
          deliver(null, size)
        } else if (buffer.length < 4 + size) {
          return
        } else {
          deliver(buffer.toString('utf8', 4, 4 + size))
          buffer = buffer.subarray(4 + size)
        }
      }
    }
  },
}
