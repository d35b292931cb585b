package io.authserver.smtp.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;

class NeedsTest {
  private static final List<Oracle> TWO = List.of(Oracle.NSD, Oracle.STALWART_CORPUS);

  @Test
  void nothingMissingIsNoReason() {
    assertFalse(NeedsCondition.decide(List.of(), false).isDisabled());
    assertFalse(NeedsCondition.decide(List.of(), true).isDisabled());
  }

  @Test
  void theFirstThatIsMissingIsTheReason() {
    ConditionEvaluationResult skipped = NeedsCondition.decide(TWO, false);
    assertTrue(skipped.isDisabled());
    assertEquals(Optional.of("oracle missing: nsd"), skipped.getReason());
  }

  @Test
  void whereAllAreRequiredAMissingOneFails() {
    AssertionError failed =
        assertThrows(AssertionError.class, () -> NeedsCondition.decide(TWO, true));
    assertEquals("oracle missing: nsd", failed.getMessage());
  }

  @Test
  void aCorpusIsNeverRequired() {
    ConditionEvaluationResult skipped =
        NeedsCondition.decide(List.of(Oracle.STALWART_CORPUS), true);
    assertEquals(Optional.of("corpus missing: stalwart-mail-auth"), skipped.getReason());
  }
}
