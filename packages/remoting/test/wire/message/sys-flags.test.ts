import { describe, expect, it } from '@jest/globals'
import { MessageSysFlag, permText, transactionValue, withTransactionValue } from '../../../src/wire'

describe('a flag', () => {
  it('of a transaction is read and changed without touching the others', () => {
    const flag = MessageSysFlag.COMPRESSED | MessageSysFlag.TRANSACTION_PREPARED
    expect(transactionValue(flag)).toBe(MessageSysFlag.TRANSACTION_PREPARED)
    expect(withTransactionValue(flag, MessageSysFlag.TRANSACTION_ROLLBACK)).toBe(
      MessageSysFlag.COMPRESSED | MessageSysFlag.TRANSACTION_ROLLBACK
    )
    expect(withTransactionValue(flag, 0)).toBe(MessageSysFlag.COMPRESSED)
  })

  it('of a permission is shown as letters', () => {
    expect([permText(6), permText(7), permText(4), permText(0)]).toEqual(['RW-', 'RWX', 'R--', '---'])
  })
})
