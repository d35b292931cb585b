package io.authserver.smtp.testing;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A test class, nested or not, that is skipped on a machine without one of these, before anything
 * of it runs, and counted as skipped at the end of {@code bin/test}. With {@code
 * AUTHSERVER_REQUIRE_ALL=1} in the environment, as in {@code .ci/run}, it fails instead.
 *
 * <p>It is for classes only, so that no preparation of a test runs without its end. Where one test
 * of a class needs what the others do not, it goes into a nested class.
 */
@Documented
@Inherited
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(NeedsCondition.class)
public @interface Needs {
  Oracle[] value();
}
