import { describe, expect, it } from '@jest/globals'
import { Capture, type CaptureFormat } from '../../src/inspector/capture'
import type { Way } from '../../src/inspector/inspection'
import { golden } from './captured'

const request = golden('GET_MAX_OFFSET', 'request')
const answer = golden('GET_MAX_OFFSET', 'response')

/** What came out, by its way, in chunks of `size` characters of a text or bytes. */
function read(input: string | Buffer, format: CaptureFormat = 'auto', size = 1000): Partial<Record<Way, string>> {
  const out: Partial<Record<Way, string>> = {}
  const capture = new Capture(format, 'either', (way, bytes) => {
    out[way] = (out[way] ?? '') + bytes.toString('hex')
  })
  const bytes = Buffer.from(input)
  for (let at = 0; at < bytes.length; at += size) capture.push(bytes.subarray(at, at + size))
  capture.end()
  return out
}

const hex = request.toString('hex')
const spaced = hex.replaceAll(/(.{2})/g, '$1 ').replaceAll(/(.{48})/g, '$1\n')

describe('a capture', () => {
  it.each([
    ['bytes', request],
    ['hex', hex],
    ['hex in capitals over lines', spaced.toUpperCase()],
    ['hex with commas and 0x', hex.replaceAll(/(.{2})/g, '0x$1, ')],
    ['hex with colons and CRLF', hex.replaceAll(/(.{2})/g, '$1:').replaceAll(/(.{60})/g, '$1\r\n')],
    ['the beginning of a frame', request.subarray(0, 9)],
    ['one byte of hex', '0a']
  ])('of %s is known by how it begins, in whatever chunks', (_what, input) => {
    const wanted = typeof input !== 'string' ? input.toString('hex') : input === '0a' ? input : hex
    for (const size of [1, 7, 1000]) expect(read(input, 'auto', size)).toEqual({ either: wanted })
  })

  it('may be said to be bytes, whatever it looks like', () => {
    expect(read('0a0b', 'raw')).toEqual({ either: '30613062' })
  })

  it('that tshark has written holds both directions', () => {
    const lines = ['', '='.repeat(67), 'Follow: tcp,raw', 'Filter: tcp.stream eq 0', 'Node 0: 127.0.0.1:5000', 'Node 1: 127.0.0.1:9876']
    const text = [...lines, hex.slice(0, 40), hex.slice(40), `\t${answer.toString('hex')}`, hex, '='.repeat(67), ''].join('\n')
    for (const size of [1, 1000]) expect(read(text, 'auto', size)).toEqual({ 'to-server': hex + hex, 'to-client': answer.toString('hex') })
  })

  it('on one endless line takes no memory for it', () => {
    expect(read('00'.repeat(200_001), 'auto', 65_535)).toEqual({ either: '00'.repeat(200_001) })
  })

  it.each([
    ['what is no hex', `${'00'.repeat(40)}\n12 3g`, /^line 2 of the hex text: "g" is no hex digit$/],
    ['half a byte', '0a0', /^line 1 of the hex text: the text ends in the middle of a byte$/],
    ['half a byte before the other direction', '=====\nabc\n\tab', /^line 3 .*: the line before it ends in the middle of a byte$/],
    ['a file of packets', Buffer.from('d4c3b2a10200040000', 'hex'), /tshark/],
    ['a file of packets of the newer kind', Buffer.from('0a0d0d0a1c0000004d3c2b1a', 'hex'), /pcap/]
  ])('of %s is refused', (_what, input, text) => {
    expect(() => read(input)).toThrow(expect.objectContaining({ code: 'CAPTURE_INVALID', message: expect.stringMatching(text) }))
  })
})
