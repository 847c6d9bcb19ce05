import { describe, expect, it } from '@jest/globals'
import { parseFilter } from '../../src/inspector/filter'
import { eventsIn, golden } from './captured'

const capture = [
  ...['GET_ROUTEINFO_BY_TOPIC', 'PULL_MESSAGE', 'SEND_MESSAGE_V2', 'HEART_BEAT'].flatMap((name) => [
    golden(name, 'request'),
    golden(name, 'response')
  ]),
  golden('NOTIFY_CONSUMER_IDS_CHANGED', 'request')
]

function shown(...texts: readonly string[]): readonly string[] {
  return eventsIn(capture, { filter: parseFilter(texts) }).map((event) => {
    if (event.type === 'answer') return `answer to ${event.answered?.name}`
    return event.type === 'request' ? `${event.name}` : event.type
  })
}

const both = (name: string): string[] => [name, `answer to ${name}`]

describe('a filter', () => {
  it.each([
    [['pull_message'], both('PULL_MESSAGE')],
    [['11'], both('PULL_MESSAGE')],
    [['SEND_*,34'], [...both('SEND_MESSAGE_V2'), ...both('HEART_BEAT')]],
    [['*MESSAGE*'], [...both('PULL_MESSAGE'), ...both('SEND_MESSAGE_V2')]],
    [['group=shop'], both('SEND_MESSAGE_V2')],
    [['group=bill*', 'PULL_*'], both('PULL_MESSAGE')],
    [['topic=orders-2'], both('HEART_BEAT')],
    [
      ['topic=orders', 'topic=*s', 'GET_*,34'],
      [...both('GET_ROUTEINFO_BY_TOPIC'), ...both('HEART_BEAT')]
    ],
    [['topic=ord*ders'], []],
    [['topic=Orders'], []],
    [['9999'], []]
  ])('of %j shows requests that fit, with their answers', (texts, expected) => {
    expect(shown(...texts)).toEqual(expected)
  })

  it('of one request names only that one when it is not answered', () => {
    const asked = Array.from({ length: 12 }, () => golden('HEART_BEAT', 'request')).map((frame, opaque) => {
      const text = frame.toString('latin1').replace('"opaque":7', `"opaque":${opaque % 10}`)
      return Buffer.from(text, 'latin1')
    })
    const events = eventsIn([...asked, golden('PULL_MESSAGE', 'request')], { filter: parseFilter(['PULL_MESSAGE']) })
    expect(events.slice(1)).toMatchObject([{ problem: 'unanswered', text: expect.stringContaining('PULL_MESSAGE') }])
  })

  it.each([
    ['PUL_MESSAGE', /no request name.*topic=/],
    ['WHATEVER', /protocol\/README\.md/],
    ['PULL_MESSAGES', /is one of these meant: .*PULL_MESSAGE/],
    ['', /no request name/],
    ['queue=1', /no request name/]
  ])('refuses the term "%s", which can never fit', (term, text) => {
    expect(() => parseFilter([term])).toThrow(text)
  })
})
