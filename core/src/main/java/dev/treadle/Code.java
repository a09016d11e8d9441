package dev.treadle;

import java.io.Serializable;
import java.lang.invoke.MethodHandleInfo;
import java.lang.invoke.SerializedLambda;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;

/// The name of a method or constructor: code that another JVM can find.
///
/// @param owner the class, as [Class#getName()]
/// @param method the method; `<init>` for a constructor
/// @param descriptor its parameters and result, as the class file has them
public record Code(String owner, String method, String descriptor) {
  /// Reads the name out of a method reference.
  ///
  /// @throws IllegalArgumentException if the code has no name; the message says how to give it one
  static Code of(String task, Serializable reference) {
    SerializedLambda lambda = lambda(task, reference);
    if (lambda.getCapturedArgCount() > 0) {
      throw new IllegalArgumentException(
          refusal(task)
              + "holds on to something of this JVM; hand that over as a part of the input, and"
              + " refer to a static method");
    }
    boolean named =
        switch (lambda.getImplMethodKind()) {
          case MethodHandleInfo.REF_invokeStatic, MethodHandleInfo.REF_newInvokeSpecial -> true;
          case MethodHandleInfo.REF_invokeVirtual, MethodHandleInfo.REF_invokeInterface -> true;
          default -> false;
        };
    if (!named || lambda.getImplMethodName().startsWith("lambda$")) {
      throw new IllegalArgumentException(
          refusal(task)
              + "has no name that a worker could find it by; make it a static method and refer to"
              + " that: "
              + simple(lambda.getCapturingClass())
              + "::"
              + (task.matches("[a-z]\\w*") ? task : "run"));
    }
    return new Code(
        lambda.getImplClass().replace('/', '.'),
        lambda.getImplMethodName(),
        lambda.getImplMethodSignature());
  }

  private static String refusal(String task) {
    return "task " + task + " runs in a process of its own, but its code is a lambda that ";
  }

  private static String simple(String internalName) {
    String name = internalName.substring(internalName.lastIndexOf('/') + 1);
    return name.substring(name.lastIndexOf('$') + 1);
  }

  private static SerializedLambda lambda(String task, Serializable reference) {
    try {
      Method replace = reference.getClass().getDeclaredMethod("writeReplace");
      replace.setAccessible(true);
      if (replace.invoke(reference) instanceof SerializedLambda lambda) {
        return lambda;
      }
    } catch (NoSuchMethodException
        | IllegalAccessException
        | InvocationTargetException
        | RuntimeException e) {
      throw new IllegalArgumentException(noReference(task), e);
    }
    throw new IllegalArgumentException(noReference(task));
  }

  private static String noReference(String task) {
    return "task "
        + task
        + " runs in a process of its own, and so its code must be a reference to a static method or"
        + " a constructor, such as Renderer::render";
  }

  @Override
  public String toString() {
    return owner + "::" + (method.equals("<init>") ? "new" : method);
  }
}
