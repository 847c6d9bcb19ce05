import { describe, expect, it } from '@jest/globals'
import { RequestCode, type RequestRow, releaseVersion } from '../../src/wire/index'
import { type RecordedFrame, recordedReleases, recordedRequests, recordings } from './fixtures'

const sides = ['request', 'response'] as const
const encodings = ['JSON', 'ROCKETMQ'] as const

describe.each(recordedReleases)('what is recorded of %s', (release) => {
  it('has a request and an answer in both encodings for every row that claims the release', () => {
    const rows = Object.values<RequestRow>(RequestCode).filter((row) => claims(row, release))
    expect(rows.length).toBeGreaterThan(20)
    expect(rows.flatMap((row) => missingOf(row, release))).toEqual([])
  })

  it('has an error answer for each of them, in both encodings', () => {
    for (const name of recordedRequests(release)) {
      const errors = recordings(release, name).filter(({ decoded }) => decoded.code === 1)
      expect([name, ...errors.map(({ encoding }) => encoding)]).toEqual([name, ...encodings])
    }
  })

  it('has nothing for a row that does not claim it', () => {
    const others = Object.values<RequestRow>(RequestCode).filter((row) => !claims(row, release))
    const recorded = recordedRequests(release)
    expect(others.filter(({ name }) => recorded.includes(name)).map(({ name }) => name)).toEqual([])
  })
})

/** `4.9.7` as first release stands for all before it too. */
function claims({ since, until }: RequestRow, release: string): boolean {
  const version = releaseVersion(release)
  return releaseVersion(since) <= version && (until === undefined || version <= releaseVersion(until))
}

function missingOf(row: RequestRow, release: string): string[] {
  const frames = recordedRequests(release).includes(row.name) ? recordings(release, row.name) : []
  const has = (side: string, encoding: string) =>
    frames.some(
      (frame) =>
        frame.side === side &&
        frame.encoding === encoding &&
        frame.code === row.code &&
        frame.direction === row.direction &&
        isSuccess(frame)
    )
  return sides.flatMap((side) =>
    encodings.filter((encoding) => !has(side, encoding)).map((encoding) => `${row.name} ${side} in ${encoding} of ${release}`)
  )
}

function isSuccess({ side, decoded }: RecordedFrame): boolean {
  return side === 'request' || decoded.code === 0
}
