package dev.secant.training;

/** How a program gets numbers of the processor's to its device. */
final class Upload {
  /**
   * The method {@code there(here, like)}: a tensor on another's device. A GPU fetches it from
   * pinned memory while the processor goes on; from any other memory the processor would first wait
   * until the GPU has done all that it was asked before.
   */
  static final String METHOD =
      """
        def there(self: __torch__.secant.Net, here: Tensor, like: Tensor) -> Tensor:
          if ops.prim.is_cuda(here):
            moved = here
          else:
            if ops.prim.is_cuda(like):
              pinned = torch.pin_memory(here)
              moved = torch.to(pinned, ops.prim.device(like), ops.prim.dtype(here), True)
            else:
              moved = here
          return moved
      """;

  private Upload() {}
}
