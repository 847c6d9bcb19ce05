import { beforeAll, describe, expect, it } from '@jest/globals'
import { OTHER_HEADERS, recordedReleases, recordedRequests, recordings } from '../../packages/remoting/test/golden/fixtures'
import { javaShape, ourShape, reachable } from './body-shapes'
import { describeWithJava, runJava } from './java/java-programs'
import type { ListedBody, ListedHeader, ListedRelease } from './listed-release'
import { type HeaderFacts, type MemberFacts, type ProtocolRows, rowsOf } from './rows'

for (const release of recordedReleases) {
  describeWithJava(release)(`the rows hold what the classes of ${release} have`, () => {
    const rows = rowsOf(release)
    let listed: ListedRelease

    beforeAll(() => {
      listed = JSON.parse(runJava(release, 'rocketmqts.Lister', '', bodyNames(rows))) as ListedRelease
    }, 60_000)

    it('every request code, by name and number', () => {
      expect(codes(rows.requests)).toEqual(listed.requestCodes)
    })

    it('every response code, by name and number', () => {
      expect(codes(rows.responseCodes)).toEqual(listed.responseCodes)
    })

    it('every header class, and no other', () => {
      const described = Object.entries(rows.headers).filter(([, { classless }]) => classless !== true)
      const known = [...described.map(([name]) => name), ...Object.keys(rows.offTheWire.headers)]
      expect(onlyIn(Object.keys(listed.headers), known)).toEqual([])
      expect(
        onlyIn(
          described.map(([name]) => name),
          Object.keys(listed.headers)
        )
      ).toEqual([])
    })

    it('every field of every header, own and inherited, with its type and whether it is required', () => {
      const names = Object.keys(listed.headers).filter((name) => rows.headers[name] !== undefined)
      expect(names.length).toBeGreaterThan(75)
      const ours = names.map((name) => [name, describedHeader(rows.headers[name] as HeaderFacts, rows)])
      expect(ours).toEqual(names.map((name) => [name, listedHeader(listed.headers[name] as ListedHeader)]))
    })

    if (release === recordedReleases[recordedReleases.length - 1]) {
      it('what every header inherits from, as the newest release has it', () => {
        const described = Object.entries(rows.headers).filter(([name]) => listed.headers[name] !== undefined)
        const bases = described.map(([name, header]) => [name, header.extends ?? null])
        expect(bases).toEqual(described.map(([name]) => [name, listed.headers[name]?.extends]))
      })

      it('which headers upstream writes field by field: those have codecs of their own here', () => {
        const fast = Object.entries(listed.headers).filter((entry) => entry[1].fast)
        const hot = Object.entries(rows.headers).filter((entry) => entry[1].hot === true)
        expect(hot.map(([name]) => name).sort()).toEqual(fast.map(([name]) => name).sort())
      })
    }

    it('every body class, and no other', () => {
      const described = new Set(bodyNames(rows))
      const known = [...described, ...Object.keys(rows.offTheWire.bodies)]
      expect(onlyIn(Object.keys(listed.bodies), known)).toEqual([])
      expect(onlyIn([...described], Object.keys(listed.bodies))).toEqual([])
    })

    it('every member of every body, with its type', () => {
      const names = bodyNames(rows).filter((name) => listed.bodies[name]?.members !== undefined)
      expect(names.length).toBeGreaterThan(45)
      expect(names.map((name) => [name, describedMembers(name, rows)])).toEqual(
        names.map((name) => [name, listedMembers(listed.bodies[name] as ListedBody)])
      )
    })

    it('the names of every enum, in their order', () => {
      for (const [name, { class: alias, values }] of Object.entries(rows.enums)) {
        const known = listed.bodies[alias ?? name]?.values
        if (known !== undefined) expect([name, values.slice(0, known.length)]).toEqual([name, known])
      }
    })

    it('a golden frame of each: what has none is named with its reason', () => {
      const frames = [...recordedRequests(release), OTHER_HEADERS].flatMap((name) => recordings(release, name))
      const requests = new Set(recordedRequests(release))
      const headers = new Set(frames.map((frame) => frame.class))
      const bodies = reachable(rows)
      const noHeader = Object.keys(listed.headers).filter((name) => !headers.has(name))
      const noBody = Object.keys(listed.bodies).filter((name) => !bodies.has(name))
      report(release, 'request codes', requests.size, Object.keys(listed.requestCodes).length, {})
      report(release, 'header classes', Object.keys(listed.headers).length - noHeader.length, Object.keys(listed.headers).length, {
        ...pick(rows.offTheWire.headers, noHeader),
        ...Object.fromEntries(
          noHeader.filter((name) => listed.headers[name]?.abstract).map((name) => [name, 'Abstract: in all that extend it.'])
        )
      })
      report(
        release,
        'body classes',
        Object.keys(listed.bodies).length - noBody.length,
        Object.keys(listed.bodies).length,
        pick(rows.offTheWire.bodies, noBody)
      )
      expect(onlyIn(Object.keys(listed.requestCodes), [...requests])).toEqual([])
      expect(noHeader.filter((name) => !(name in rows.offTheWire.headers) && !listed.headers[name]?.abstract)).toEqual([])
      expect(noBody.filter((name) => !(name in rows.offTheWire.bodies))).toEqual([])
    })
  })
}

describe('reasons', () => {
  it('are given for no class that is described', () => {
    const last = rowsOf(recordedReleases[recordedReleases.length - 1] as string)
    const described = [...Object.keys(last.headers), ...bodyNames(last)]
    const off = [...Object.keys(last.offTheWire.headers), ...Object.keys(last.offTheWire.bodies)]
    expect(off.filter((name) => described.includes(name))).toEqual([])
  })
})

function codes(rows: readonly { readonly name: string; readonly code: number }[]) {
  return Object.fromEntries(rows.map(({ name, code }) => [name, code]))
}

function onlyIn(names: readonly string[], others: readonly string[]): readonly string[] {
  return names.filter((name) => !others.includes(name)).sort()
}

function bodyNames(rows: ProtocolRows): readonly string[] {
  return [...Object.entries(rows.bodies), ...Object.entries(rows.enums)].map(([name, one]) => one.class ?? name)
}

function describedHeader({ fields }: HeaderFacts, rows: ProtocolRows) {
  const own = fields.filter(({ beside }) => beside !== true)
  return sortedByName(own.map((field) => describedField(field, rows)))
}

function describedField({ name, wire, type, required, optionalBecause }: MemberFacts, rows: ProtocolRows) {
  const kind = rows.enums[type] === undefined ? type : 'string'
  return { name: wire ?? name, type: LONGS.includes(kind) ? 'long' : kind, isRequired: required === true || optionalBecause !== undefined }
}

function listedHeader({ fields }: ListedHeader) {
  const own = fields.map(({ name, type, notNull }) => ({ name, type: HEADER_TYPES[type] ?? type, isRequired: notNull }))
  return sortedByName(own)
}

function describedMembers(name: string, rows: ProtocolRows) {
  const body = Object.entries(rows.bodies).find(([own, one]) => (one.class ?? own) === name)?.[1]
  const members = (body?.members ?? []).filter(({ computed }) => computed !== true)
  return sortedByName(members.map(({ name: member, wire, type }) => ({ name: member, wire: wire ?? member, shape: ourShape(type, rows) })))
}

function listedMembers({ members = [] }: ListedBody) {
  const written = members.filter(({ notWritten }) => notWritten !== true)
  return sortedByName(written.map(({ name, wire, type }) => ({ name, wire: wire ?? name, shape: javaShape(type) })))
}

function sortedByName<Member extends { readonly name: string }>(members: readonly Member[]): readonly Member[] {
  return [...members].sort((a, b) => (a.name < b.name ? -1 : 1))
}

function pick(reasons: Readonly<Record<string, string>>, names: readonly string[]) {
  return Object.fromEntries(names.flatMap((name) => (reasons[name] === undefined ? [] : [[name, reasons[name]]])))
}

/** Prints a count, and what is missing with its reason. */
function report(release: string, what: string, recorded: number, all: number, reasons: Readonly<Record<string, string | undefined>>): void {
  const missing = Object.entries(reasons).map(([name, reason]) => `  ${name}: ${reason}\n`)
  process.stdout.write(`golden frames of ${release}: ${recorded} of ${all} ${what}\n${missing.join('')}`)
}

const LONGS: readonly string[] = ['position', 'bound', 'opaque']
const HEADER_TYPES: Readonly<Record<string, string>> = {
  ...{ String: 'string', BoundaryType: 'string', int: 'int', Integer: 'int' },
  ...{ long: 'long', Long: 'long', boolean: 'bool', Boolean: 'bool' }
}
