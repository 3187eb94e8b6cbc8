// One message is taken out of what there is, and the rest is dropped. The client
// sends a command every 30 ms and does not wait for the answers: so directly the
// commands come one at a time.

'use strict'

const { main, frames, size } = require('./program.js')

const naive = {
  encode: frames.encode,
  decoder(deliver) {
    let buffer = Buffer.alloc(0)
    return (chunk) => {
      buffer = Buffer.concat([buffer, chunk])
      if (buffer.length < 4) return
      const end = 4 + size(buffer)
      if (buffer.length < end) return
      deliver(buffer.toString('utf8', 4, end))
      buffer = Buffer.alloc(0) // BUG: there may be more messages in it
    }
  },
}

main({ naive: { commands: naive, answers: naive }, fixed: { commands: frames, answers: frames }, pause: 30 })
