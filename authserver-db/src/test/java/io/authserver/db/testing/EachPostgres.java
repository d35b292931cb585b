package io.authserver.db.testing;

import io.authserver.smtp.testing.NeedsCondition;
import io.authserver.smtp.testing.Oracle;
import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ClassTemplateInvocationContext;
import org.junit.jupiter.api.extension.ClassTemplateInvocationContextProvider;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.Extension;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.ArgumentsProvider;
import org.junit.jupiter.params.provider.ArgumentsSource;
import org.junit.jupiter.params.support.ParameterDeclarations;
import org.junit.platform.commons.support.AnnotationSupport;

/**
 * A test class that runs once for each {@link TestPostgres}, its parameter. For one that is not
 * installed each test is skipped as {@link io.authserver.smtp.testing.Needs} says, and nothing of
 * the class is run.
 */
@Documented
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ParameterizedClass(allowZeroInvocations = true)
@ArgumentsSource(EachPostgres.Complete.class)
@ExtendWith(EachPostgres.Incomplete.class)
public @interface EachPostgres {
  /** What the class needs besides, whatever the server. */
  Oracle[] needs() default {};

  /** The servers with which the class can run. */
  final class Complete implements ArgumentsProvider {
    @Override
    public Stream<Arguments> provideArguments(
        ParameterDeclarations parameters, ExtensionContext context) {
      return Stream.of(TestPostgres.values())
          .filter(
              server -> Invocation.neededBy(context, server).stream().allMatch(Oracle::isPresent))
          .map(Arguments::of);
    }
  }

  /** For each of the others an invocation without a parameter, in which no test runs. */
  final class Incomplete implements ClassTemplateInvocationContextProvider {
    @Override
    public boolean supportsClassTemplate(ExtensionContext context) {
      return true;
    }

    @Override
    public boolean mayReturnZeroClassTemplateInvocationContexts(ExtensionContext context) {
      return true;
    }

    @Override
    public Stream<Invocation> provideClassTemplateInvocationContexts(ExtensionContext context) {
      return Stream.of(TestPostgres.values())
          .map(server -> new Invocation(server, Invocation.neededBy(context, server)))
          .filter(invocation -> !invocation.needed().stream().allMatch(Oracle::isPresent));
    }
  }

  /**
   * Tests that cannot run.
   *
   * @param needed what they need, of which something is missing
   */
  record Invocation(TestPostgres server, List<Oracle> needed)
      implements ClassTemplateInvocationContext {
    @Override
    public String getDisplayName(int invocationIndex) {
      return "[" + invocationIndex + "] " + server;
    }

    @Override
    public List<Extension> getAdditionalExtensions() {
      return List.of(NeedsCondition.of(needed));
    }

    /** Returns what the class needs to run with a server. */
    static List<Oracle> neededBy(ExtensionContext context, TestPostgres server) {
      EachPostgres each =
          AnnotationSupport.findAnnotation(context.getRequiredTestClass(), EachPostgres.class)
              .orElseThrow();
      return Stream.concat(server.oracle().stream(), Stream.of(each.needs())).toList();
    }
  }
}
