/** What charges cards. */
export interface Bank {
  /**
   * Charges an order once: a second call with the same order changes nothing and answers the same. Rejects when the bank is out
   * of reach.
   */
  charge(orderId: string, cents: number, card: string): Promise<'charged' | 'refused'>
}

/** Charges every card but the stolen one. */
export class SampleBank implements Bank {
  async charge(_orderId: string, _cents: number, card: string): Promise<'charged' | 'refused'> {
    return card === 'stolen' ? 'refused' : 'charged'
  }
}
