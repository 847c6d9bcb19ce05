import { describe, expect, it } from '@jest/globals'
import type { ByteStream, Network, StreamHandlers } from 'net-ts-protocol-kit'
import { answerTo, Code, decodeFrame, encodeFrame, type Frame } from './frame'
import { FrameCutter } from './frame-cutter'
import { answered, dropped, instead, type Passing, type TapRule, WireTap } from './wire-tap'

const pull: Frame = {
  encoding: 'binary',
  code: Code.PULL_MESSAGE,
  language: 12,
  version: 407,
  opaque: 5,
  flag: 0,
  remark: undefined,
  fields: { topic: 'orders', queueId: '3' },
  body: Buffer.alloc(0)
}
const found = answerTo(pull, 0, { nextBeginOffset: '1' }, Buffer.from('records'))

/** A stream whose far end is this object: what arrived there, and a way to send from there. */
class FarEnd {
  readonly chunks: Buffer[] = []
  handlers: StreamHandlers | undefined
  readonly stream: ByteStream

  constructor() {
    const write = (chunks: readonly Buffer[]): boolean => this.chunks.push(Buffer.concat(chunks)) > 0
    this.stream = {
      remote: { host: 'far', port: 1 },
      local: { host: 'near', port: 2 },
      pendingBytes: 0,
      start: (handlers) => {
        this.handlers = handlers
      },
      write: (chunk) => write([chunk]),
      writeAll: write,
      pause() {},
      resume() {},
      end() {},
      destroy() {}
    }
  }

  get frames(): Frame[] {
    const cutter = new FrameCutter()
    return this.chunks.flatMap((chunk) => cutter.push(chunk)).map(decodeFrame)
  }
}

async function tapped(...rules: readonly TapRule[]) {
  const far = new FarEnd()
  const network: Network = {
    connect: async () => far.stream,
    listen: () => Promise.reject(new Error('not here')),
    resolve: async () => [],
    localAddresses: () => []
  }
  const tap = new WireTap(network)
  for (const rule of rules) tap.rule(rule)
  const passed: Passing[] = []
  tap.watch((passing) => passed.push(passing))
  const stream = await tap.networkOf('m').connect({ host: 'far', port: 1 })
  const received: Buffer[] = []
  stream.start({ data: (chunk) => received.push(chunk), drain() {}, end() {}, close() {} })
  const receivedFrames = (): Frame[] => {
    const cutter = new FrameCutter()
    return received.flatMap((chunk) => cutter.push(chunk)).map(decodeFrame)
  }
  return { tap, far, stream, passed, received, receivedFrames }
}

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

describe('a wire tap without rules', () => {
  it('leaves the bytes in the pieces they came in, and sees whole frames', async () => {
    const { far, stream, passed, received } = await tapped()
    const sent = encodeFrame(pull)
    stream.write(sent.subarray(0, 9))
    stream.write(sent.subarray(9))
    const back = encodeFrame(found)
    far.handlers?.data(back.subarray(0, 3))
    far.handlers?.data(back.subarray(3))
    expect(far.chunks).toEqual([sent.subarray(0, 9), sent.subarray(9)])
    expect(received).toEqual([back.subarray(0, 3), back.subarray(3)])
    expect(passed.map(({ direction, frame }) => [direction, frame.code])).toEqual([
      ['sent', Code.PULL_MESSAGE],
      ['received', 0]
    ])
  })

  it('shows with an answer the request it belongs to, and takes a request of the broker for none', async () => {
    const { far, stream, passed } = await tapped()
    stream.write(encodeFrame(pull))
    far.handlers?.data(encodeFrame({ ...pull, code: Code.NOTIFY_CONSUMER_IDS_CHANGED, flag: 2 }))
    far.handlers?.data(encodeFrame(found))
    expect(passed.map(({ request }) => request?.fields['queueId'])).toEqual([undefined, undefined, '3'])
  })

  it('counts requests and writes', async () => {
    const { tap, stream, far } = await tapped()
    stream.writeAll([encodeFrame(pull), encodeFrame({ ...pull, opaque: 6 })])
    far.handlers?.data(encodeFrame(found))
    expect(tap.requests(Code.PULL_MESSAGE)).toBe(2)
    expect(tap.requests(Code.PULL_MESSAGE, 'received')).toBe(0)
    expect(tap.writes).toBe(1)
  })
})

describe('a rule', () => {
  const onPull =
    (verdict: (passing: Passing) => ReturnType<TapRule>): TapRule =>
    (passing) =>
      passing.frame.code === Code.PULL_MESSAGE ? verdict(passing) : undefined

  it('can drop a request', async () => {
    const { far, stream } = await tapped(onPull(() => dropped))
    let isWritten = false
    stream.write(encodeFrame(pull), () => {
      isWritten = true
    })
    await nextTurn()
    expect(far.frames).toEqual([])
    expect(isWritten).toBe(true)
  })

  it('can change and repeat one, and leaves its neighbours alone', async () => {
    const { far, stream } = await tapped(
      onPull(({ frame }) => instead({ ...frame, fields: { ...frame.fields, queueId: '9' } }, { ...frame, opaque: 77 }))
    )
    stream.write(Buffer.concat([encodeFrame({ ...pull, code: 1 }), encodeFrame(pull), encodeFrame({ ...pull, code: 2 })]))
    expect(far.frames.map(({ code, opaque, fields }) => [code, opaque, fields['queueId']])).toEqual([
      [1, 5, '3'],
      [Code.PULL_MESSAGE, 5, '9'],
      [Code.PULL_MESSAGE, 77, '3'],
      [2, 5, '3']
    ])
  })

  it('can answer in the broker\u2019s place', async () => {
    const { far, stream, receivedFrames } = await tapped(onPull(({ frame }) => answered(answerTo(frame, 19))))
    stream.write(encodeFrame(pull))
    await nextTurn()
    expect(far.frames).toEqual([])
    expect(receivedFrames()).toMatchObject([{ code: 19, opaque: 5 }])
  })

  it('can change an answer by its request', async () => {
    const rule: TapRule = ({ frame, request }) =>
      request?.code === Code.PULL_MESSAGE ? instead({ ...frame, body: Buffer.from('x') }) : undefined
    const { far, stream, receivedFrames } = await tapped(rule)
    stream.write(encodeFrame(pull))
    far.handlers?.data(encodeFrame(found))
    expect(receivedFrames()).toMatchObject([{ code: 0, body: Buffer.from('x') }])
  })
})
