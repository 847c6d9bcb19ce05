import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from '@jest/globals'
import { type Clock, ManualClock, MemoryNetwork, type Network, realClock, realNetwork } from '../src/index'
import { Dictionary, serve } from './example/dictionary'

const read = (...path: string[]): string => readFileSync(join(__dirname, ...path), 'utf8')

const worlds: ReadonlyArray<readonly [string, () => { readonly clock: Clock; readonly network: Network }]> = [
  ['real', () => ({ clock: realClock, network: realNetwork })],
  [
    'in-memory',
    () => {
      const clock = new ManualClock()
      return { clock, network: new MemoryNetwork({ clock, latencyMs: 0 }) }
    }
  ]
]

describe('the example in the README', () => {
  it('is this file', () => {
    expect(read('..', 'README.md')).toContain(read('example', 'dictionary.ts').trim())
  })

  it.each(worlds)('looks 200 words up with one write on the %s network', async (_name, makeWorld) => {
    const { clock, network } = makeWorld()
    const words = Array.from({ length: 200 }, (_, index) => `word ${index}`)
    const listener = await serve(network, clock, 0, new Map(words.map((word) => [word, `what ${word} means`])))
    const dictionary = await Dictionary.connect(network, clock, listener.endpoint.port)
    const meanings = await Promise.all(words.map((word) => dictionary.lookUp(word)))
    expect(meanings).toEqual(words.map((word) => `what ${word} means`))
    expect(dictionary.writes).toBe(1)
    dictionary.close()
    await listener.close()
  })

  it('fails what waits when the server sends garbage', async () => {
    const clock = new ManualClock()
    const network = new MemoryNetwork({ clock })
    const listener = await network.listen({ host: '127.0.0.1', port: 1 }, (stream) => {
      stream.start({ data: () => void stream.write(Buffer.alloc(8, 0xff)), drain: () => {}, end: () => stream.end(), close: () => {} })
    })
    const dictionary = await Dictionary.connect(network, clock, listener.endpoint.port)
    await expect(dictionary.lookUp('anything')).rejects.toMatchObject({ code: 'CONNECTION_CLOSED', reason: 'protocol-error' })
  })

  it('fails alone when no answer comes in time', async () => {
    const clock = new ManualClock()
    const network = new MemoryNetwork({ clock })
    const listener = await network.listen({ host: '127.0.0.1', port: 1 }, () => {})
    const dictionary = await Dictionary.connect(network, clock, listener.endpoint.port)
    const lookup = expect(dictionary.lookUp('anything', 500)).rejects.toThrow('no answer')
    await clock.advance(600)
    await lookup
  })
})
