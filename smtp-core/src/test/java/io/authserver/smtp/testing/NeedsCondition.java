package io.authserver.smtp.testing;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.ClassTemplate;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.platform.commons.support.AnnotationSupport;

/**
 * The one place where a test is skipped for what the machine lacks; ArchitectureTest sees to it.
 */
public final class NeedsCondition implements ExecutionCondition {
  private final List<Oracle> always;
  private final boolean allRequired;

  /** What the annotation of a class asks for. */
  NeedsCondition() {
    this(List.of(), "1".equals(System.getenv("AUTHSERVER_REQUIRE_ALL")));
  }

  private NeedsCondition(List<Oracle> always, boolean allRequired) {
    this.always = always;
    this.allRequired = allRequired;
  }

  /** Returns the condition for a part of a class, such as all its tests with one parameter. */
  public static NeedsCondition of(List<Oracle> oracles) {
    return new NeedsCondition(oracles, new NeedsCondition().allRequired);
  }

  @Override
  public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
    List<Oracle> needed = always.isEmpty() ? annotated(context) : always;
    return decide(needed.stream().filter(oracle -> !oracle.isPresent()).toList(), allRequired);
  }

  private static List<Oracle> annotated(ExtensionContext context) {
    Optional<Needs> needs = AnnotationSupport.findAnnotation(context.getElement(), Needs.class);
    if (needs.isEmpty()) {
      return List.of();
    }
    // Its tests are not known before it runs, so that none would be counted.
    if (AnnotationSupport.isAnnotated(context.getElement(), ClassTemplate.class)) {
      throw new IllegalStateException(
          "@Needs is not for a class that runs once for each parameter");
    }
    return List.of(needs.get().value());
  }

  /** Disables for what is missing; throws where nothing that is required may be missing. */
  static ConditionEvaluationResult decide(List<Oracle> missing, boolean allRequired) {
    for (Oracle oracle : missing) {
      if (allRequired && oracle.isRequired()) {
        throw new AssertionError(oracle.missing());
      }
    }
    return missing.isEmpty()
        ? ConditionEvaluationResult.enabled("nothing is missing")
        : ConditionEvaluationResult.disabled(missing.getFirst().missing());
  }
}
