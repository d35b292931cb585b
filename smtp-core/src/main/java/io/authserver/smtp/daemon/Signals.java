package io.authserver.smtp.daemon;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandleProxies;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.List;

/**
 * Handles SIGTERM and SIGINT. The JDK's handler is its unsupported {@code sun.misc.Signal}, which
 * javac refuses under -Werror, so it is reached by reflection; a shutdown hook is no replacement:
 * it cannot change the exit status, and hears nothing of a second signal.
 */
final class Signals {
  private Signals() {}

  /** Calls the handler, on a thread of its own, at each SIGTERM and SIGINT. */
  static void handle(Runnable handler) {
    try {
      Class<?> signal = Class.forName("sun.misc.Signal");
      Class<?> signalHandler = Class.forName("sun.misc.SignalHandler");
      MethodHandle run =
          MethodHandles.dropArguments(
              MethodHandles.lookup()
                  .findVirtual(Runnable.class, "run", MethodType.methodType(void.class))
                  .bindTo(handler),
              0,
              signal);
      Object proxy = MethodHandleProxies.asInterfaceInstance(signalHandler, run);
      for (String name : List.of("TERM", "INT")) {
        Object instance = signal.getConstructor(String.class).newInstance(name);
        signal.getMethod("handle", signal, signalHandler).invoke(null, instance, proxy);
      }
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("cannot handle signals", e);
    }
  }
}
