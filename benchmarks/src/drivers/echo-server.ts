import { type AddressInfo, createServer } from 'node:net'
import { FrameArena, FrameCounter, frameOf, REPLY_BYTES } from './echo-frames'
import { serveCommands } from './serve-commands'

/** The ceiling: answers every frame with one as long as the answer to a send, all of a read with one write. No work, no store. */
let socketWrites = 0
const server = createServer({ noDelay: true }, (socket) => {
  const frames = new FrameCounter()
  const arena = new FrameArena(frameOf(REPLY_BYTES))
  socket.on('error', () => socket.destroy())
  socket.on('data', (chunk) => {
    const count = frames.push(chunk)
    if (count === 0) return
    socketWrites += 1
    socket.write(arena.take(count))
  })
})
server.listen(0, '127.0.0.1', () => {
  const broker = `127.0.0.1:${(server.address() as AddressInfo).port}`
  serveCommands({ nameserver: broker, broker }, { counters: () => ({ socketWrites }) })
})
