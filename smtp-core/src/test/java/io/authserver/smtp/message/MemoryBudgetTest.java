package io.authserver.smtp.message;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class MemoryBudgetTest {
  private final MemoryBudget budget = new MemoryBudget(100);

  @Test
  void whatIsRefusedTakesNothing() {
    assertTrue(budget.tryReserve(60));
    assertFalse(budget.tryReserve(41));
    assertFalse(budget.tryReserve(Long.MAX_VALUE));
    assertEquals(60, budget.used());
    assertTrue(budget.tryReserve(40));
    assertFalse(budget.tryReserve(1));
    budget.release(100);
    assertEquals(0, budget.used());
  }

  @Test
  void aReservationIsNeverNegative() {
    assertThrows(IllegalArgumentException.class, () -> budget.tryReserve(-1));
  }

  @Test
  void aShareIsGivenBackAsAWhole() {
    try (MemoryBudget.Share first = budget.share();
        MemoryBudget.Share second = budget.share()) {
      assertTrue(first.tryAdd(30));
      assertTrue(first.tryAdd(30));
      assertFalse(second.tryAdd(41));
      assertTrue(second.tryAdd(40));
      first.close();
      assertEquals(0, first.bytes());
      assertEquals(40, budget.used());
      assertTrue(first.tryAdd(60));
      first.remove(20);
      assertEquals(40, first.bytes());
      assertEquals(80, budget.used());
      assertThrows(IllegalArgumentException.class, () -> first.remove(41));
    }
    assertEquals(0, budget.used());
  }
}
