import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { runs } from '../../../../test/random-runs'
import { hasValidSignature, ReleaseVersion, SignatureField, signature, signedFields } from '../../src/wire/index'
import { recordedReleases, recordings } from './fixtures'

interface RecordedSignature {
  readonly name: string
  readonly accessKey: string
  readonly secretKey: string
  readonly securityToken: string | null
  readonly fields: Readonly<Record<string, string | null>>
  readonly bodyHex: string | null
  readonly signed: Readonly<Record<string, string | null>>
}

describe.each(recordedReleases)('requests as %s signs them', (release) => {
  const all = recordings<RecordedSignature>(release, 'signatures')

  it.each(all.map((one) => [one.name, one] as const))(
    '%s: the same fields and signature',
    (_name, { accessKey, secretKey, ...recorded }) => {
      const body = Buffer.from(recorded.bodyHex ?? '', 'hex')
      const securityToken = recorded.securityToken ?? undefined
      const signed = signedFields({ fields: asMap(recorded.fields), body }, { accessKey, secretKey, securityToken })
      expect(Object.fromEntries(signed)).toEqual(Object.fromEntries(asMap(recorded.signed)))
      expect([...signed.keys()].at(-1)).toBe(SignatureField.SIGNATURE)
      expect(hasValidSignature({ fields: asMap(recorded.signed), body }, secretKey)).toBe(true)
    }
  )

  it('are many', () => {
    expect(all.length).toBeGreaterThan(12)
  })
})

describe('a signature', () => {
  const credentials = { accessKey: 'who', secretKey: 'secret' }
  const body = Buffer.from('body')

  it('holds for what was signed and for nothing else', () => {
    const fields = fc.dictionary(
      fc.string({ minLength: 1 }).filter((name) => !(name in {})),
      fc.string()
    )
    fc.assert(
      fc.property(fields, fc.uint8Array(), (given, bytes) => {
        const content = { fields: new Map(Object.entries(given)), body: Buffer.from(bytes) }
        const signed = signedFields(content, credentials)
        expect(hasValidSignature({ fields: signed, body: content.body }, 'secret')).toBe(true)
        expect(hasValidSignature({ fields: signed, body: content.body }, 'secreT')).toBe(false)
        expect(hasValidSignature({ fields: signed, body: Buffer.concat([content.body, Buffer.from('x')]) }, 'secret')).toBe(false)
        expect(hasValidSignature({ fields: new Map([...signed, ['zzz', 'more']]), body: content.body }, 'secret')).toBe(false)
      }),
      runs(100)
    )
  })

  it('is refused when it is missing, shorter, longer or no base64', () => {
    const fields = signedFields({ fields: new Map([['topic', 'orders']]), body }, credentials)
    const right = fields.get('Signature') ?? ''
    for (const wrong of [undefined, '', right.slice(1), `${right}=`, right.toLowerCase(), '🍣'.repeat(20)]) {
      const changed = new Map(fields)
      if (wrong === undefined) changed.delete('Signature')
      else changed.set('Signature', wrong)
      expect([wrong, hasValidSignature({ fields: changed, body }, 'secret')]).toEqual([wrong, false])
    }
  })

  it('does not depend on the order in which fields were set', () => {
    const pairs: ReadonlyArray<readonly [string, string]> = [
      ['b', '1'],
      ['A', '2'],
      ['a', '3']
    ]
    expect(signature({ fields: new Map(pairs), body }, 's')).toBe(signature({ fields: new Map([...pairs].reverse()), body }, 's'))
  })

  it('of a client up to 4.9.3 does not cover the mark of a query by unique key', () => {
    const without = signedFields({ fields: new Map([['topic', 'orders']]), body }, credentials)
    const marked = new Map([...without, ['_UNIQUE_KEY_QUERY', 'true']])
    expect(hasValidSignature({ fields: marked, body, version: ReleaseVersion.V4_9_3 }, 'secret')).toBe(true)
    expect(hasValidSignature({ fields: marked, body, version: ReleaseVersion.V4_9_4 }, 'secret')).toBe(false)
    expect(hasValidSignature({ fields: marked, body }, 'secret')).toBe(false)
  })

  it('leaves what it is given as it was', () => {
    const fields = new Map([['Signature', 'old']])
    signedFields({ fields, body }, credentials)
    expect([...fields]).toEqual([['Signature', 'old']])
  })
})

/** Official clients add the text `null` for a field without value; ours leaves such a field out. */
function asMap(fields: Readonly<Record<string, string | null>>): Map<string, string> {
  return new Map(Object.entries(fields).map(([name, value]) => [name, value ?? 'null']))
}
