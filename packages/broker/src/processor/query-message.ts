import type { Answer, Processor, ServerRequest } from '@rocketmq-ts/remoting'
import { type RequestCode, ResponseCode } from '@rocketmq-ts/remoting/wire'
import type { MessageStore, QueryRequest, QueryResult } from '@rocketmq-ts/store'

type QueryRow = typeof RequestCode.QUERY_MESSAGE
type ViewRow = typeof RequestCode.VIEW_MESSAGE_BY_ID

/** Official `maxMsgsNumBatch`: no query is answered with more messages. */
const MAX_MESSAGES = 64

/** Official `defaultQueryMaxNum`: what a query by unique key gets, whatever it asks for. */
const UNIQUE_KEY_MESSAGES = 32

/** Frames of more than 16 MiB are refused by every client. */
const MAX_BODY_BYTES = 15 * 1024 * 1024

/** Field by which clients of all releases say that the key is a unique key. */
const UNIQUE_KEY_QUERY = '_UNIQUE_KEY_QUERY'

/** QUERY_MESSAGE: messages by key, unique key or tag, from the index (read in broker/…/processor/QueryMessageProcessor.java). */
export function queryMessage(store: MessageStore): Processor<QueryRow> {
  return (request) => {
    const wanted = wantedBy(request)
    if (wanted.maxCount < 1) return NOT_FOUND
    const result = store.query(wanted)
    return result instanceof Promise ? result.then(queryAnswer) : queryAnswer(result)
  }
}

/** VIEW_MESSAGE_BY_ID: the message at the place in the log that its offset message id names. */
export function viewMessage(store: MessageStore): Processor<ViewRow> {
  return ({ header: { offset } }) => {
    const bytes = store.recordBytesAt(offset)
    return bytes instanceof Promise ? bytes.then((late) => viewAnswer(offset, late)) : viewAnswer(offset, bytes)
  }
}

/** Who says nothing of the kind of key means a key; kinds that nobody knows count as that too. */
function wantedBy({ header, command }: ServerRequest<QueryRow>): QueryRequest {
  const { topic, key, maxNum, beginTimestamp: beginMs, endTimestamp: endMs, indexType } = header
  const isUnique = command.fields?.get(UNIQUE_KEY_QUERY)?.toLowerCase() === 'true'
  const maxCount = isUnique ? UNIQUE_KEY_MESSAGES : Math.min(maxNum, MAX_MESSAGES)
  const kind = isUnique || indexType === 'U' ? 'U' : indexType === 'T' ? 'T' : 'K'
  return { topic, key, indexType: kind, maxCount, maxBytes: MAX_BODY_BYTES, beginMs, endMs }
}

function queryAnswer({ records, lastUpdateTimestamp, lastUpdatePhysicalOffset }: QueryResult): Answer<QueryRow> {
  if (records.length === 0) return NOT_FOUND
  return {
    code: ResponseCode.SUCCESS,
    header: { indexLastUpdateTimestamp: lastUpdateTimestamp, indexLastUpdatePhyoffset: lastUpdatePhysicalOffset },
    body: records
  }
}

/** Official brokers tell nothing of their index then. */
const NOT_FOUND: Answer<QueryRow> = {
  code: ResponseCode.QUERY_NOT_FOUND,
  remark: 'can not find message, maybe time range not correct',
  header: { indexLastUpdateTimestamp: 0, indexLastUpdatePhyoffset: 0 }
}

function viewAnswer(offset: number, bytes: Buffer | undefined): Answer<ViewRow> {
  if (bytes !== undefined) return { code: ResponseCode.SUCCESS, body: bytes }
  return { code: ResponseCode.SYSTEM_ERROR, remark: `can not find message by the offset, ${offset}` }
}
