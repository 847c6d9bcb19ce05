import { MessageProperty, NAME_VALUE_SEPARATOR, PROPERTY_SEPARATOR } from '@rocketmq-ts/remoting/wire'

/** What a broker looks at in the properties of a message that a client sends. */
export interface SentProperties {
  /** The properties as sent, without those that the broker sets itself; ends with a separator unless empty. */
  text: string
  uniqueKey: string | undefined
  tag: string | undefined
  delayLevel: string | undefined
  priority: string | undefined
  isTransaction: boolean
  /** Whether one of the properties of arbitrary delays is there. */
  isTimer: boolean
  isOrdered: boolean
  isLite: boolean
  isInnerBatch: boolean
}

/**
 * Reads the properties once, without decoding those that nobody asks for. Malformed entries are dropped and the last of
 * equal names wins, as in common/…/message/MessageDecoder.java.
 */
export function readSentProperties(sent: string): SentProperties {
  const found: SentProperties = {
    text: '',
    uniqueKey: undefined,
    tag: undefined,
    delayLevel: undefined,
    priority: undefined,
    isTransaction: false,
    isTimer: false,
    isOrdered: false,
    isLite: false,
    isInnerBatch: false
  }
  let keptFrom = 0
  let end = 0
  for (let at = 0; at < sent.length; at = end + 1) {
    end = sent.indexOf(PROPERTY_SEPARATOR, at)
    if (end < 0) end = sent.length
    if (isKept(sent, at, end, found)) continue
    found.text += sent.slice(keptFrom, at)
    keptFrom = end + 1
  }
  found.text = keptFrom === 0 ? sent : found.text + sent.slice(keptFrom)
  if (found.text !== '' && !found.text.endsWith(PROPERTY_SEPARATOR)) found.text += PROPERTY_SEPARATOR
  return found
}

/** Notes the property between `at` and `end`. `false`: it is not to be stored. */
function isKept(sent: string, at: number, end: number, found: SentProperties): boolean {
  const equals = sent.indexOf(NAME_VALUE_SEPARATOR, at)
  if (equals <= at || equals >= end - 1) return false
  const note = NOTES.get(sent.slice(at, equals))
  return note === undefined || note(found, sent.slice(equals + 1, end))
}

/** What is done with a property that the broker knows: notes its value and says whether it is stored. */
type Note = (found: SentProperties, value: string) => boolean

const drop: Note = () => false

const noteTimer: Note = (found) => {
  found.isTimer = true
  return true
}

const NOTES: ReadonlyMap<string, Note> = new Map<string, Note>([
  [
    MessageProperty.UNIQ_CLIENT_MESSAGE_ID_KEYIDX,
    (found, value) => {
      found.uniqueKey = value
      return true
    }
  ],
  [
    MessageProperty.TAGS,
    (found, value) => {
      found.tag = value
      return true
    }
  ],
  [
    MessageProperty.DELAY_TIME_LEVEL,
    (found, value) => {
      found.delayLevel = value
      return true
    }
  ],
  [
    MessageProperty.PRIORITY,
    (found, value) => {
      found.priority = value
      return true
    }
  ],
  [
    MessageProperty.TRANSACTION_PREPARED,
    (found, value) => {
      found.isTransaction = value.toLowerCase() === 'true'
      return true
    }
  ],
  [
    MessageProperty.SHARDING_KEY,
    (found) => {
      found.isOrdered = true
      return true
    }
  ],
  [
    MessageProperty.LITE_TOPIC,
    (found) => {
      found.isLite = true
      return true
    }
  ],
  [
    MessageProperty.INNER_NUM,
    (found) => {
      found.isInnerBatch = true
      return true
    }
  ],
  [MessageProperty.TIMER_DELIVER_MS, noteTimer],
  [MessageProperty.TIMER_DELAY_MS, noteTimer],
  [MessageProperty.TIMER_DELAY_SEC, noteTimer],
  [MessageProperty.MSG_REGION, drop],
  [MessageProperty.TRACE_SWITCH, drop],
  [MessageProperty.CLUSTER, drop],
  [MessageProperty.POP_CK, drop],
  [MessageProperty.CRC32, drop]
])

/** One property as text, to be put behind others. */
export function propertyText(name: string, value: string): string {
  return name + NAME_VALUE_SEPARATOR + value + PROPERTY_SEPARATOR
}

/** A property text without the properties of these names. */
export function withoutProperties(text: string, names: ReadonlySet<string>): string {
  return text
    .split(PROPERTY_SEPARATOR)
    .filter((entry) => entry !== '' && !names.has(entry.slice(0, Math.max(0, entry.indexOf(NAME_VALUE_SEPARATOR)))))
    .map((entry) => entry + PROPERTY_SEPARATOR)
    .join('')
}
