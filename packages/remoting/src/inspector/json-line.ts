import type { Content } from './body-summary'
import type { WireEvent } from './wire-event'

/**
 * An event as one line of JSON. Members that are not known are left out; maps are objects. The members are those of `WireEvent`, and the
 * README names them: they may become more, not others.
 */
export function jsonLine(event: WireEvent, maxBodyBytes: number): string {
  const frame = 'fields' in event ? { fields: new Map(event.fields), body: boundedBody(event.body, maxBodyBytes) } : {}
  const { type, ...rest } = event
  const text = JSON.stringify({ type, ...rest, ...frame }, (_name, value: unknown) =>
    value instanceof Map ? Object.fromEntries(value) : value
  )
  return text.replaceAll(C1_CONTROLS, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

/** `JSON.stringify` leaves these as they are, and terminals obey them. */
const C1_CONTROLS = /[\u007f-\u009f\u2028\u2029]/g

/** A JSON body that is too long is cut, and then it is text. */
function boundedBody(body: object, maxBodyBytes: number): object {
  if (!('value' in body)) return body
  const text = JSON.stringify(body.value) ?? 'null'
  if (text.length <= maxBodyBytes) return body
  const { value: _tooLong, ...rest } = body
  const content: Content = { form: 'text', text: text.slice(0, maxBodyBytes), bytes: Buffer.byteLength(text), isCut: true }
  return { ...rest, content }
}
