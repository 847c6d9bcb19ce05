import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { Histogram } from '../stats/histogram'
import { BESIDE_BODY_BYTES, FrameArena, FrameCounter, frameOf } from './echo-frames'
import { type Load, type LoadResult, loadIn, nanoseconds, number, result } from './load'
import { refuse, serveCommands } from './serve-commands'

let socketWrites = 0

/** Sends frames as long as a send with such a body, and a new one for every answer; what a read answers leaves with one write. */
async function main(address: string): Promise<void> {
  const [host = '', port = ''] = address.split(':')
  const socket = connect({ host, port: Number(port), noDelay: true })
  await once(socket, 'connect')
  serveCommands({}, { counters: () => ({ socketWrites }), send: (values) => exchange(socket, loadIn(values), number(values, 'bytes')) })
}

function exchange(socket: Socket, load: Load, bytes: number): Promise<LoadResult> {
  const replies = new FrameCounter()
  const arena = new FrameArena(frameOf(BESIDE_BODY_BYTES + bytes))
  const histogram = new Histogram()
  const waiting = new DepartureTimes()
  const start = nanoseconds()
  const deadline = start + load.seconds * 1e9
  let sent = 0
  const send = (frames: number, now: number): void => {
    sent += frames
    socketWrites += 1
    waiting.add(now, frames)
    socket.write(arena.take(frames))
  }
  return new Promise((resolve) => {
    socket.on('data', function hear(chunk: Buffer) {
      const now = nanoseconds()
      const count = replies.push(chunk)
      waiting.take(count, (departed, frames) => histogram.record(now - departed, frames))
      if (count > 0 && now < deadline && sent < load.mostMessages) return send(count, now)
      if (histogram.total < sent) return
      socket.off('data', hear)
      resolve(result(histogram, now - start))
    })
    send(load.inFlight, nanoseconds())
  })
}

/** When the frames under way left: answers come in order, and frames of one write share their time. */
class DepartureTimes {
  #departures: { readonly at: number; frames: number }[] = []
  #first = 0

  add(at: number, frames: number): void {
    this.#departures.push({ at, frames })
  }

  take(count: number, each: (at: number, frames: number) => void): void {
    let left = count
    while (left > 0) {
      const departure = this.#departures[this.#first]
      if (departure === undefined) throw new Error('more answers than requests')
      const frames = Math.min(left, departure.frames)
      each(departure.at, frames)
      left -= frames
      departure.frames -= frames
      if (departure.frames === 0) this.#first += 1
    }
    if (this.#first < 1024) return
    this.#departures = this.#departures.slice(this.#first)
    this.#first = 0
  }
}

main(process.argv[2] ?? '').catch(refuse)
