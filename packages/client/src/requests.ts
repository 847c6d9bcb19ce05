import type { AnyRequestRow, RemotingResponse } from '@rocketmq-ts/remoting'
import { ResponseCode } from '@rocketmq-ts/remoting/wire'
import { RequestRefusedError } from './errors'

/** Codes after which the same request may succeed later or elsewhere (read in client/…/producer/DefaultMQProducer.java). */
const RETRIABLE: ReadonlySet<number> = new Set([
  ResponseCode.SYSTEM_ERROR,
  ResponseCode.SYSTEM_BUSY,
  ResponseCode.SERVICE_NOT_AVAILABLE,
  ResponseCode.NO_PERMISSION,
  ResponseCode.TOPIC_NOT_EXIST,
  ResponseCode.NO_BUYER_ID,
  ResponseCode.NOT_IN_CURRENT_UNIT,
  ResponseCode.GO_AWAY
])

/** Whether a code invites another attempt. */
export function isRetriableCode(code: number): boolean {
  return RETRIABLE.has(code)
}

/**
 * The same response when it succeeded.
 *
 * @throws RequestRefusedError
 */
export function requireSuccess<Row extends AnyRequestRow>(row: Row, response: RemotingResponse<Row>): RemotingResponse<Row> {
  if (response.code === ResponseCode.SUCCESS) return response
  throw refusal(row, response)
}

/** A response that is no success, as an error. */
export function refusal<Row extends AnyRequestRow>(row: Row, response: RemotingResponse<Row>): RequestRefusedError {
  return new RequestRefusedError({
    address: response.address,
    request: row.name,
    requestCode: row.code,
    responseCode: response.code,
    remark: response.remark,
    retriable: isRetriableCode(response.code)
  })
}
