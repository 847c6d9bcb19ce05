import { describe, expect, it } from '@jest/globals'
import { encodeCommand } from '../src/wire/index'
import { makePair, RawPeer } from './remoting-pair'

describe('a peer that tries a thousand request codes', () => {
  it('fills one line of the log and is answered each time', async () => {
    const { clock, network, server, serverLines } = makePair()
    const endpoint = await server.listen()
    const peer = new RawPeer(await network.connect(endpoint))
    for (let code = 1; code <= 1000; code++) {
      peer.stream.write(encodeCommand({ code, language: 'JAVA', version: 513, opaque: code, flag: 0, serializeType: 'JSON' }))
    }
    await clock.settle()
    expect(peer.frames).toHaveLength(1000)
    expect(serverLines.all).toHaveLength(1)
    peer.stream.destroy()
    const closing = server.close()
    await clock.advance(6000)
    await closing
    expect(serverLines.all[1]?.[2]).toEqual({ repeated: 999 })
  })
})
