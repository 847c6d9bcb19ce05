import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** One thing that official classes wrote, in each form that some release gave it. */
export interface OfficialSample {
  readonly name: string
  readonly about: string
  readonly values: ReadonlyArray<{ readonly value: string; readonly writtenBy: readonly string[] }>
}

const { samples } = JSON.parse(readFileSync(join(__dirname, 'fixtures/catalogue-samples.json'), 'utf8')) as {
  samples: readonly OfficialSample[]
}

/** Every sample whose name begins so. */
export function officialSamples(prefix: string): readonly OfficialSample[] {
  return samples.filter((sample) => sample.name.startsWith(prefix))
}

/** What a release wrote under that name. */
export function officialValue(name: string, release: string): string {
  const value = samples.find((sample) => sample.name === name)?.values.find((one) => one.writtenBy.includes(release))?.value
  if (value === undefined) throw new Error(`no sample ${name} of ${release}`)
  return value
}

/** Every value of every sample of a kind, as rows of a test table. */
export function officialValues(prefix: string): ReadonlyArray<readonly [name: string, writtenBy: string, value: string]> {
  return officialSamples(prefix).flatMap((sample) =>
    sample.values.map(({ value, writtenBy }) => [sample.name, writtenBy.join(', '), value] as const)
  )
}

/** A frame without its length word around a JSON header. */
export function jsonFrame(header: string, body = Buffer.alloc(0)): Buffer {
  const text = Buffer.from(header, 'utf8')
  const length = Buffer.alloc(4)
  length.writeInt32BE(text.length)
  return Buffer.concat([length, text, body])
}

/** Official frames without their length word, both encodings, requests and answers. */
export function officialFrames(): readonly Buffer[] {
  const whole = officialValues('frame.').map(([, , hex]) => Buffer.from(hex, 'hex').subarray(4))
  return [...whole, ...officialValues('header.json.').map(([, , text]) => jsonFrame(text))]
}
