import { describe, expect, it } from '@jest/globals'
import { HeaderTables, MAX_BINARY_CODE, RequestCode, type RequestRow, releaseVersion } from '../../src/wire/index'
import { OTHER_HEADERS, type RecordedFrame, recordedReleases, recordedRequests, recordings } from './fixtures'

const sides = ['request', 'response'] as const
const encodings = ['JSON', 'ROCKETMQ'] as const
const all = Object.values<RequestRow>(RequestCode)

describe.each(recordedReleases)('what is recorded of %s', (release) => {
  const rows = all.filter((row) => claims(row, release))

  it('has a request and an answer in both encodings for every row that claims the release', () => {
    expect(rows.length).toBeGreaterThan(95)
    expect(rows.flatMap((row) => missingOf(row, release))).toEqual([])
  })

  it('has an error answer for each of them, in both encodings', () => {
    for (const row of rows) {
      const errors = framesOf(row, release).filter(({ decoded }) => decoded.code === 1)
      expect([row.name, ...errors.map(({ encoding }) => encoding)]).toEqual([row.name, ...encodings])
    }
  })

  it('has nothing for a row that does not claim it', () => {
    const recorded = recordedRequests(release)
    const others = all.filter((row) => !claims(row, release))
    expect(others.filter(({ name }) => recorded.includes(name)).map(({ name }) => name)).toEqual([])
  })
})

describe('what is recorded', () => {
  it('has every header that is described, in both encodings, but those that upstream writes without a class', () => {
    const frames = recordedReleases.flatMap((release) =>
      [...recordedRequests(release), OTHER_HEADERS].flatMap((name) => recordings(release, name))
    )
    const recorded = new Set(frames.map(({ class: name, encoding }) => `${name} ${encoding}`))
    const names = Object.keys(HeaderTables).filter((name) => name !== 'none')
    const missing = names.filter((name) => !encodings.every((encoding) => recorded.has(`${name} ${encoding}`)))
    expect(missing.filter((name) => !isJsonOnly(name, recorded)).sort()).toEqual([
      'HeartbeatResponseHeader',
      'SetCommitLogReadModeRequestHeader',
      'SwitchTimerEngineRequestHeader'
    ])
  })
})

/** A header of requests with codes that the binary header has no room for. */
function isJsonOnly(name: string, recorded: ReadonlySet<string>): boolean {
  const users = all.filter(({ request, response }) => [request.header.name, response.header.name].includes(name))
  return users.length > 0 && users.every(({ code }) => code > MAX_BINARY_CODE) && recorded.has(`${name} JSON`)
}

/** `4.9.7` as first release stands for all before it too. */
function claims({ since, until }: RequestRow, release: string): boolean {
  const version = releaseVersion(release)
  return releaseVersion(since) <= version && (until === undefined || version <= releaseVersion(until))
}

/** One name may stand for two requests, one in each direction. */
function framesOf(row: RequestRow, release: string): readonly RecordedFrame[] {
  if (!recordedRequests(release).includes(row.name)) return []
  return recordings(release, row.name).filter(({ code, direction }) => code === row.code && direction === row.direction)
}

function missingOf(row: RequestRow, release: string): string[] {
  const frames = framesOf(row, release)
  const has = (side: string, encoding: string) =>
    frames.some((frame) => frame.side === side && frame.encoding === encoding && isSuccess(frame))
  return sides.flatMap((side) =>
    encodings
      .filter((encoding) => !has(side, encoding) && fits(row, side, encoding))
      .map((encoding) => `${row.name} ${side} in ${encoding} of ${release}`)
  )
}

/** The binary header has 16 bits for the code: other requests travel as JSON only. */
function fits({ code }: RequestRow, side: string, encoding: string): boolean {
  return side === 'response' || encoding === 'JSON' || code <= MAX_BINARY_CODE
}

function isSuccess({ side, decoded }: RecordedFrame): boolean {
  return side === 'request' || decoded.code === 0
}
