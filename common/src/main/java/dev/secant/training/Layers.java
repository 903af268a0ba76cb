package dev.secant.training;

import dev.secant.engine.Device;

/**
 * The layers that PyTorch's own operations cannot compute everywhere to the same bits again, as
 * methods of a network's program.
 */
final class Layers {
  /**
   * PyTorch's own {@code adaptive_avg_pool2d}, and {@code lstm} of one layer, batch first. {@code
   * max_unpool2d} would end in an error in a process that also uses a GPU with deterministic
   * kernels; scattering the numbers gives the same bits in less time.
   */
  private static final String OF_PROCESSOR =
      """
        def unpool(self: __torch__.secant.Net,
          x: Tensor,
          indices: Tensor,
          rows: int,
          columns: int) -> Tensor:
          n = torch.size(x, 0)
          channels = torch.size(x, 1)
          nothing = torch.new_zeros(x, [n, channels, torch.mul(rows, columns)])
          y = torch.scatter_(nothing, 2, torch.flatten(indices, 2), torch.flatten(x, 2))
          return torch.view(y, [n, channels, rows, columns])
        def average(self: __torch__.secant.Net, x: Tensor, side: int) -> Tensor:
          return torch.adaptive_avg_pool2d(x, [side, side])
        def lstm(self: __torch__.secant.Net,
          x: Tensor,
          zeros: Tensor,
          weights: List[Tensor],
          training: bool) -> Tensor:
          y, h, c = torch.lstm(x, [zeros, zeros], weights, True, 1, 0., training, False, True)
          return y
      """;

  /**
   * The same without operations that have no deterministic kernel on a GPU, where those of the
   * library end in an error.
   *
   * <ul>
   *   <li>Unpooling puts each number on all four places of its window, and keeps it where the
   *       maximum stood: windows of kernel 2 and stride 2 do not overlap.
   *   <li>Adaptive pooling is a product with a matrix for each direction. Row i of n is the mean
   *       over the places from floor(i m / n) until ceil((i + 1) m / n) of m.
   *   <li>cuDNN wants an LSTM's weights in an order of its own. Where they are not, PyTorch puts
   *       them there at each call, and says so each time; here it is done before. 2 is LSTM among
   *       cuDNN's modes, 4 the tensors of a layer.
   * </ul>
   */
  private static final String OF_GPU =
      """
        def unpool(self: __torch__.secant.Net,
          x: Tensor,
          indices: Tensor,
          rows: int,
          columns: int) -> Tensor:
          high = torch.size(x, 2)
          wide = torch.size(x, 3)
          places = torch.arange(torch.mul(rows, columns), dtype=4, device=ops.prim.device(x))
          plane = torch.view(places, [rows, columns])
          inside = torch.slice(torch.slice(plane, 0, 0, torch.mul(2, high)), 1, 0, torch.mul(2, wide))
          place = torch.view(inside, [high, 2, wide, 2])
          at = torch.unsqueeze(torch.unsqueeze(indices, 3), 5)
          numbers = torch.unsqueeze(torch.unsqueeze(x, 3), 5)
          spread = torch.where(torch.eq(at, place), numbers, 0)
          y = torch.reshape(spread, [torch.size(x, 0), torch.size(x, 1), torch.mul(2, high), torch.mul(2, wide)])
          right = torch.sub(columns, torch.mul(2, wide))
          below = torch.sub(rows, torch.mul(2, high))
          if torch.gt(torch.add(right, below), 0):
            whole = torch.constant_pad_nd(y, [0, right, 0, below])
          else:
            whole = y
          return whole
        def means(self: __torch__.secant.Net, m: int, n: int, like: Tensor) -> Tensor:
          i = torch.unsqueeze(torch.arange(n, dtype=4, device=ops.prim.device(like)), 1)
          j = torch.arange(m, dtype=4, device=ops.prim.device(like))
          start = torch.floor_divide(torch.mul(i, m), n)
          until = torch.floor_divide(torch.add(torch.mul(i, m), torch.sub(torch.add(m, n), 1)), n)
          inside = torch.logical_and(torch.ge(j, start), torch.lt(j, until))
          return torch.div(torch.to(inside, ops.prim.dtype(like)), torch.sub(until, start))
        def average(self: __torch__.secant.Net, x: Tensor, side: int) -> Tensor:
          down = (self).means(torch.size(x, 2), side, x, )
          across = (self).means(torch.size(x, 3), side, x, )
          return torch.matmul(torch.matmul(down, x), torch.t(across))
        def lstm(self: __torch__.secant.Net,
          x: Tensor,
          zeros: Tensor,
          weights: List[Tensor],
          training: bool) -> Tensor:
          inputs = torch.size(x, 2)
          hidden = torch.size(zeros, 2)
          copies = annotate(List[Tensor], [])
          for i in range(torch.len(weights)):
            _0 = torch.append(copies, torch.clone(torch.detach(weights[i])))
          packed = torch._cudnn_rnn_flatten_weight(copies, 4, inputs, 2, hidden, 0, 1, True, False)
          y, h, c, reserve, buffer = torch._cudnn_rnn(x, weights, 4, packed, zeros, zeros, 2, hidden, 0, 1, True, 0., training, False, annotate(List[int], []), None)
          return y
      """;

  private Layers() {}

  static String methods(Device device) {
    return device.equals(Device.CPU) ? OF_PROCESSOR : OF_GPU;
  }
}
