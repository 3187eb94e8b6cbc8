// What the broken shapes beside it share: a server and a client on one
// connection, command after command. Each shape adds how it takes messages out
// of 'data' events, once wrong and once right.

'use strict'

const net = require('node:net')

const numbers = Array.from({ length: 2000 }, (_, i) => `${i + 1}\n`).join('')

// What the server knows. A shell would be one that anybody could use.
const answers = {
  'echo two': 'two\n',
  'hello-zh': '你好\n',
  'true': '',
  'printf abc; echo': 'abc\n',
  'seq 1 2000': numbers,
}

// A side is { commands, answers }, and each of the two is
// { encode, decoder }: encode(text) gives the bytes of a message, and
// decoder(deliver, begun) what to call with each chunk, which calls deliver(text)
// with each message. It may call begun when it knows a message's size; then the
// client sends the next command, and does not wait for the whole answer.
function main({ naive, fixed, commands = Object.keys(answers) }) {
  const [, name, which, role, host, port] = process.argv
  if (port === undefined) {
    console.error(`usage: ${name} naive|fixed server|client HOST PORT`)
    process.exit(2)
  }
  const side = which === 'fixed' ? fixed : naive
  if (role === 'server') serve(side, host, Number(port))
  else call(side, commands, host, Number(port))
}

// answer answers a command; a decoder may deliver { refusal } in place of one.
function answer(command) {
  if (command.refusal) return command.refusal
  return Object.hasOwn(answers, command) ? answers[command] : 'no such command\n'
}

// take feeds a socket's chunks to a decoder, and what that throws to fail.
function take(socket, decode, fail) {
  socket.on('data', (chunk) => {
    try {
      decode(chunk)
    } catch (error) {
      socket.destroy()
      fail(error)
    }
  })
  socket.on('error', fail)
}

function serve(side, host, port) {
  const server = net.createServer((socket) => {
    const log = (error) => console.error(error.message)
    const reply = (command) => socket.write(side.answers.encode(answer(command)))
    take(socket, side.commands.decoder(reply, () => {}), log)
  })
  server.on('error', fail)
  server.listen(port, host)
}

function call(side, commands, host, port) {
  const socket = net.connect(port, host)
  let sent = 0
  let answered = 0
  const send = () => {
    if (sent < commands.length) socket.write(side.commands.encode(commands[sent++]))
  }
  const print = (answer) => {
    process.stdout.write(answer)
    if (++answered === commands.length) socket.end()
    else if (answered >= sent) send()
  }
  take(socket, side.answers.decoder(print, send), fail)
  socket.on('connect', send)
  socket.on('close', () => {
    if (answered < commands.length) fail(new Error(`the server left after ${answered} of ${commands.length} answers`))
  })
}

function fail(error) {
  if (process.exitCode) return // one line is enough
  console.error(error.message)
  process.exitCode = 1
}

const LIMIT = 1 << 20 // bytes of a message

// within throws if so many bytes or characters of a message are too many.
function within(size) {
  if (size > LIMIT) throw new Error(`a message of ${size} bytes, limit ${LIMIT}`)
  return size
}

// frames: a size of 4 bytes, big-endian, then so many bytes of UTF-8.
const frames = {
  encode(text) {
    const body = Buffer.from(text)
    const header = Buffer.alloc(4)
    header.writeUInt32BE(body.length)
    return Buffer.concat([header, body])
  },
  decoder(deliver) {
    let buffer = Buffer.alloc(0)
    return (chunk) => {
      buffer = Buffer.concat([buffer, chunk])
      while (buffer.length >= 4) {
        const end = 4 + size(buffer)
        if (buffer.length < end) return
        deliver(buffer.toString('utf8', 4, end))
        buffer = buffer.subarray(end)
      }
    }
  },
}

// size is what the header that buffer begins with announces.
const size = (buffer) => within(buffer.readUInt32BE())

module.exports = { main, frames, size, within }
