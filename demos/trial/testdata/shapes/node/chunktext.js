// Each chunk is decoded as text by itself: a character whose bytes come in two
// chunks is lost. Messages are lines of JSON, and their ends are found.

'use strict'

const { StringDecoder } = require('node:string_decoder')
const { main, within } = require('./program.js')

function lines(decoder) {
  return {
    encode: (text) => JSON.stringify(text) + '\n',
    decoder(deliver) {
      const decode = decoder()
      let text = ''
      return (chunk) => {
        text += decode(chunk)
        const complete = text.split('\n')
        text = complete.pop()
        for (const line of complete) deliver(JSON.parse(line))
        within(text.length)
      }
    },
  }
}

const naive = lines(() => (chunk) => chunk.toString()) // BUG: it may end inside a character

const fixed = lines(() => {
  const decoder = new StringDecoder('utf8') // FIX: keeps the bytes of half a character
  return (chunk) => decoder.write(chunk)
})

main({ naive: { commands: naive, answers: naive }, fixed: { commands: fixed, answers: fixed } })
