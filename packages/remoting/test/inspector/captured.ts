import { humanLines } from '../../src/inspector/human-lines'
import { Inspection, type InspectionOptions, type Way } from '../../src/inspector/inspection'
import { Redaction, type RedactionOptions } from '../../src/inspector/redaction'
import type { WireEvent } from '../../src/inspector/wire-event'
import { type RecordedFrame, recordings } from '../golden/fixtures'

/** A frame that the official classes of 5.5.0 wrote. */
export function golden(request: string, side: 'request' | 'response', encoding: 'JSON' | 'ROCKETMQ' = 'JSON', name = 'plain'): Buffer {
  const found = recordings<RecordedFrame>('5.5.0', request).find(
    (one) => one.side === side && one.encoding === encoding && one.name === name
  )
  if (found === undefined) throw new Error(`no ${encoding} ${side} ${name} of ${request} is recorded`)
  return Buffer.from(found.frameHex, 'hex')
}

export interface Wanted {
  readonly bodies?: 'none' | 'summary' | 'full'
  readonly maxBodyBytes?: number
  readonly maxMessages?: number
  readonly redaction?: RedactionOptions
}

export function inspectionOptions(wanted: Wanted = {}): InspectionOptions {
  const { bodies = 'summary', maxBodyBytes = 1024, maxMessages = 32, redaction } = wanted
  return { detail: { bodies, maxBodyBytes, maxMessages, redaction: new Redaction(redaction) } }
}

/** What is seen in chunks of one stream, its end included. */
export function eventsIn(
  chunks: readonly Buffer[],
  options: Partial<InspectionOptions> & Wanted = {},
  way: Way = 'either'
): readonly WireEvent[] {
  const events: WireEvent[] = []
  const inspection = new Inspection({ ...inspectionOptions(options), ...options }, (event) => events.push(event))
  for (const chunk of chunks) inspection.push(way, chunk)
  inspection.end(way)
  inspection.finish()
  return events
}

/** The same as lines for a person. */
export function linesIn(chunks: readonly Buffer[], options: Partial<InspectionOptions> & Wanted = {}, way?: Way): readonly string[] {
  const { maxBodyBytes = 1024, bodies } = options
  return eventsIn(chunks, options, way).flatMap((event) => humanLines(event, { maxBodyBytes, isFull: bodies === 'full' }))
}
