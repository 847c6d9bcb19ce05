import { describe, expect, it } from '@jest/globals'
import { FrameArena, FrameCounter, frameOf } from '../src/drivers/echo-frames'
import { runLoad } from '../src/drivers/load'
import { measured } from '../src/measure/measured'

describe('a load', () => {
  it('ends with its count, every message answered and timed', async () => {
    let sent = 0
    const result = await runLoad({ inFlight: 4, seconds: 60, mostMessages: 100 }, async () => {
      sent += 1
    })
    expect(sent).toBe(100)
    expect(result).toMatchObject({ messages: 100, failed: 0 })
    expect(result.p50Ns).toBeGreaterThan(0)
    expect(result.elapsedNs).toBeGreaterThan(0)
  })

  it('has as many under way as it is told, and no more', async () => {
    let [underWay, most] = [0, 0]
    await runLoad({ inFlight: 7, seconds: 60, mostMessages: 70 }, async () => {
      underWay += 1
      most = Math.max(most, underWay)
      await new Promise(setImmediate)
      underWay -= 1
    })
    expect(most).toBe(7)
  })

  it('counts what failed apart, tells the first reason, and times only what was answered', async () => {
    let sent = 0
    const result = await runLoad({ inFlight: 1, seconds: 60, mostMessages: 10 }, () => {
      sent += 1
      return sent % 2 === 0 ? Promise.reject(new Error(`number ${sent}`)) : Promise.resolve()
    })
    expect(result).toMatchObject({ messages: 5, failed: 5, firstError: 'number 2' })
  })
})

describe('the frames of the echo', () => {
  const stream = Buffer.concat([frameOf(10), frameOf(6), frameOf(300), frameOf(5)])

  it('are counted wherever the chunks are cut in two', () => {
    for (let at = 0; at <= stream.length; at++) {
      const frames = new FrameCounter()
      expect(frames.push(stream.subarray(0, at)) + frames.push(stream.subarray(at))).toBe(4)
    }
  })

  it('are counted byte by byte', () => {
    const frames = new FrameCounter()
    expect([...stream].reduce((count, byte) => count + frames.push(Buffer.of(byte)), 0)).toBe(4)
  })

  it('leave many at a time', () => {
    const arena = new FrameArena(frameOf(7))
    expect(new FrameCounter().push(arena.take(2))).toBe(2)
    expect(arena.take(100)).toEqual(Buffer.concat(Array.from({ length: 100 }, () => frameOf(7))))
    expect(arena.take(3).length).toBe(21)
  })
})

describe('a measurement', () => {
  const load = { messages: 1000, failed: 2, firstError: 'busy', elapsedNs: 500e6, p50Ns: 2_000, p99Ns: 9_000 }
  const usage = (cpuMicros: number, writeCalls: number | undefined) => ({ cpuMicros, writeCalls })
  const before = { client: usage(1_000, 10), server: usage(0, 5), clientCounters: {}, serverCounters: { socketWrites: 7, logWrites: 1 } }
  const after = {
    client: usage(6_000, 2_010),
    server: usage(2_500, 999),
    clientCounters: {},
    serverCounters: { socketWrites: 57, logWrites: 21 }
  }

  it('is the difference between two moments, per message', () => {
    expect(measured(load, before, after, 3)).toEqual({
      messages: 1000,
      failed: 2,
      firstError: 'busy',
      perSecond: 2000,
      p50Micros: 2,
      p99Micros: 9,
      clientCpu: 5,
      serverCpu: 2.5,
      clientWrites: { perMessage: 2, source: 'system calls' },
      serverWrites: { perMessage: 0.05, source: 'own' },
      logWrites: 0.02,
      storedBeyondAcknowledged: 3
    })
  })

  it('is refused when nothing was answered', () => {
    expect(() => measured({ ...load, messages: 0 }, before, after)).toThrow('no message was answered: 2 failed, busy')
  })
})
