import type { JsonValue } from '../json/value'
import type { JsonStyle } from '../json/write-json'
import type { BodyReader } from './body-reader'

/** How one kind of value is read from and written to a JSON body. */
export interface BodyType<Value = unknown> {
  /** For error texts. */
  readonly name: string
  /** An empty text, or one that says `null`, stands for no value here, as official readers take it. */
  readonly isNothing?: (json: JsonValue) => boolean
  /** Never called with `null`. Throws a `ProtocolError` through `reader.fail`. */
  read(json: JsonValue, reader: BodyReader): Value
  write(value: Value, style: JsonStyle): string
}
