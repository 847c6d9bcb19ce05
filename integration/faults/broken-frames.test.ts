import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { ConnectionClosedError, ProtocolError } from 'net-ts-protocol-kit'
import { sendFields } from './requests/sends'
import { binaryField, binaryFrame, headerFrame, int32, jsonFrame, lengthPrefixed, typedLength } from './support/raw-frames'
import { type Role, Victim } from './support/victim'

const MIB = 1024 * 1024
const MAX_FRAME_BYTES = 16 * MIB
const ROUTE = { code: 105, fields: { topic: 'orders' } }
const json = (header: string): Buffer => headerFrame(header)
const manyFields = (count: number): Record<string, string> =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`field-${index}`, 'x']))
const deep = (levels: number): string => `{"code":105,"extFields":${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}}`

/** What no sound peer sends. */
const broken: ReadonlyArray<readonly [name: string, bytes: Buffer]> = [
  ['a length of 16 MiB and one byte', int32(MAX_FRAME_BYTES - 4 + 1)],
  ['a length of 2^31 - 1', int32(2 ** 31 - 1)],
  ['a length of -1', int32(-1)],
  ['a length of -2^31', int32(-(2 ** 31))],
  ['a length of 0', int32(0)],
  ['a length of 1', lengthPrefixed(Buffer.alloc(1))],
  ['a length of 2', lengthPrefixed(Buffer.alloc(2))],
  ['a length of 3', lengthPrefixed(Buffer.alloc(3))],
  ['an HTTP request', Buffer.from('GET / HTTP/1.1\r\nHost: broker\r\n\r\n')],
  ['the start of a TLS handshake', Buffer.from('16030100c8010000c40303', 'hex')],
  ['a forged PROXY header', Buffer.from('PROXY TCP4 10.0.0.1 10.0.0.2 1 2\r\n')],
  ['a header of more bytes than the frame', lengthPrefixed(Buffer.concat([typedLength(0, 100), Buffer.from('{}')]))],
  ['a header of 2^24 - 1 bytes', lengthPrefixed(Buffer.concat([typedLength(0, 0xff_ffff), Buffer.from('{}')]))],
  ['a header of no bytes', lengthPrefixed(typedLength(0, 0))],
  ...[2, 3, 127, 128, 255].map((type) => [`serialize type ${type}`, headerFrame('{"code":105}', Buffer.alloc(0), type)] as const),
  ['a header that is cut off', json('{"code":105,"flag":0,"lang')],
  ['a header that is no JSON', json('code=105')],
  ['a header that is a list', json('[105]')],
  ['a header whose code is a word', json('{"code":"many","opaque":1,"flag":0}')],
  ['a header with two objects', json('{"code":105}{"code":105}')],
  ['a header 1,000 levels deep', json(deep(1000))],
  ['257 ext fields', jsonFrame({ code: 105, fields: manyFields(257) })],
  ['an ext field of 33 KiB', jsonFrame({ code: 105, fields: { topic: 'x'.repeat(33 * 1024) } })],
  ['a header of 512 KiB', jsonFrame({ code: 105, fields: manyFields(32_000) })],
  ['a binary header of 20 bytes', headerFrame(Buffer.alloc(20), Buffer.alloc(0), 1)],
  ['a binary header whose remark is longer than it', binaryFrame(Buffer.alloc(0), { remarkLength: 1 })],
  ['a binary header whose remark has -1 bytes', binaryFrame(Buffer.alloc(0), { remarkLength: -1 })],
  ['a binary header whose ext fields reach into the body', binaryFrame(Buffer.alloc(0), { fieldsLength: 100 })],
  ['a binary header whose ext fields have -1 bytes', binaryFrame(Buffer.alloc(0), { fieldsLength: -1 })],
  ['a binary field without a name', binaryFrame(binaryField('', 'orders'))],
  ['a binary field whose name is longer than the header', binaryFrame(binaryField('topic', 'orders', { keyLength: 0xffff }))],
  ['a binary field whose value has 2^31 - 1 bytes', binaryFrame(binaryField('topic', 'orders', { valueLength: 2 ** 31 - 1 }))],
  ['a binary field whose value has -1 bytes', binaryFrame(binaryField('topic', 'orders', { valueLength: -1 }))],
  ['20,000 binary fields', binaryFrame(Buffer.concat(Array.from({ length: 20_000 }, (_, n) => binaryField(`f${n}`, ''))))]
]

describe.each<Role>(['broker', 'nameserver'])('the %s', (role) => {
  let victim: Victim

  beforeAll(async () => {
    victim = await Victim.onSockets()
  })

  afterAll(() => victim?.close())

  for (const [name, bytes] of broken) {
    it(`closes the connection that sends ${name}, and no other`, async () => {
      const bystander = await victim.attacker(role)
      expect(await bystander.ask(ROUTE)).not.toBe('closed')
      const before = victim.statsOf(role).brokenFrames
      const peer = await victim.attacker(role)
      peer.write(bytes)
      await peer.closed
      expect(peer.bytesReceived).toBe(0)
      expect(victim.statsOf(role).brokenFrames).toBe(before + 1)
      expect(await bystander.ask(ROUTE)).not.toBe('closed')
      bystander.close()
    })
  }

  it('takes no memory for a length that is only announced, whatever it is', async () => {
    const lengths = Array.from({ length: 32 }, (_, bit) => [2 ** bit - 1, 2 ** bit, 2 ** bit + 1]).flat()
    for (const length of lengths) {
      const peer = await victim.attacker(role)
      const before = victim.statsOf(role).brokenFrames
      const isAllowed = length >= 4 && length <= MAX_FRAME_BYTES - 4
      peer.write(Buffer.concat([int32(length), Buffer.alloc(3)]))
      if (!isAllowed) await peer.closed
      // Answered in order: when the bystander has its answer the bytes before were read.
      expect(await (await victim.attacker(role)).ask(ROUTE)).not.toBe('closed')
      expect(victim.statsOf(role).brokenFrames - before).toBe(isAllowed ? 0 : 1)
      expect(victim.statsOf(role).partialBytes).toBeLessThanOrEqual(4096)
      peer.close()
      await peer.closed
    }
  })
})

describe('a send with a broken frame behind it in the same bytes', () => {
  it('is stored, since it was sound', async () => {
    const victim = await Victim.onSockets()
    const peer = await victim.attacker('broker')
    peer.write(Buffer.concat([jsonFrame({ code: 310, fields: sendFields(), body: 'sound' }), int32(-1)]))
    await peer.closed
    const end = await (await victim.attacker('broker')).ask({ code: 30, fields: { topic: 'orders', queueId: 0 } })
    expect(end).toMatchObject({ code: 0, fields: { offset: '1' } })
    await victim.close()
  })
})

describe('a thousand connections that break the protocol', () => {
  it('are logged once by each server, with their count at the end, and an honest client does not notice', async () => {
    const victim = await Victim.onSockets()
    expect(await victim.serves()).toBe(true)
    let sent = 0
    const attack = (async () => {
      for (let round = 0; round < 25; round++) {
        const peers = await Promise.all(Array.from({ length: 40 }, (_, n) => victim.attacker(n % 2 === 0 ? 'broker' : 'nameserver')))
        for (const [n, peer] of peers.entries()) peer.write(broken[(round * 40 + n) % broken.length]?.[1] ?? int32(0))
        await Promise.all(peers.map((peer) => peer.closed))
      }
    })()
    let isOver = false
    void attack.then(() => {
      isOver = true
    })
    while (!isOver || sent < 1000) {
      expect(await Promise.all(Array.from({ length: 20 }, () => victim.send()))).toEqual(new Array(20).fill(0))
      expect(await victim.route()).toBe(0)
      sent += 20
    }
    await attack
    const connections = victim.honest.connections()
    expect(connections.map(({ address }) => address).sort()).toEqual([victim.addressOf('broker'), victim.addressOf('nameserver')].sort())
    expect(victim.statsOf('broker').brokenFrames + victim.statsOf('nameserver').brokenFrames).toBe(1000)
    // The registration of the broker, the two honest connections, and the attackers: the honest ones were made once.
    expect(victim.statsOf('broker').accepted).toBe(500 + 1)
    expect(victim.statsOf('nameserver').accepted).toBe(500 + 2)
    const said = victim.log.closed('protocol-error')
    expect(said).toHaveLength(2)
    for (const { level, facts } of said) {
      expect(level).toBe('warn')
      expect(facts['error']).toBeInstanceOf(ConnectionClosedError)
      expect((facts['error'] as Error).cause).toBeInstanceOf(ProtocolError)
    }
    await victim.close()
    expect(victim.log.important.map(({ facts }) => facts['repeated']).filter((count) => count !== undefined)).toEqual([499, 499])
  }, 60_000)
})
