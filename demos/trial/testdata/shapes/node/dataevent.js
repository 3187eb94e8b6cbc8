// One 'data' event is taken for one message, here of JSON.

'use strict'

const { main, within } = require('./program.js')

const naive = {
  encode: (text) => JSON.stringify({ text }),
  decoder: (deliver) => (chunk) => deliver(JSON.parse(chunk).text), // BUG: a chunk is not a message
}

const fixed = {
  encode: (text) => JSON.stringify({ text }) + '\n', // FIX: JSON has no line feeds, so one ends it
  decoder(deliver) {
    let buffer = Buffer.alloc(0)
    return (chunk) => {
      buffer = Buffer.concat([buffer, chunk])
      for (let end; (end = buffer.indexOf('\n')) >= 0; buffer = buffer.subarray(end + 1)) {
        deliver(JSON.parse(buffer.subarray(0, end)).text)
      }
      within(buffer.length)
    }
  },
}

main({ naive: { commands: naive, answers: naive }, fixed: { commands: fixed, answers: fixed } })
