"""Rows in chunks, inside a graph."""

import pytest
import tensorflow as tf

from keras_vae_collapse.models.chunks import by_length, in_chunks


@pytest.mark.parametrize(("total", "largest"), [(0, 0), (1, 1), (3, 3), (6, 3), (7, 3)])
def test_each_row_is_handled_once_and_no_more_than_a_chunk_at_a_time(total, largest):
    sizes = []

    def function(rows):
        part = tf.range(100)[rows]
        sizes.append(int(tf.size(part)))
        return part, tf.stack([part, 2 * part], axis=1)

    one, two = in_chunks(function, tf.constant(total), [(tf.int32, []), (tf.int32, [2])], size=3)
    assert one.numpy().tolist() == list(range(total))
    assert two.numpy().tolist() == [[row, 2 * row] for row in range(total)]
    assert max(sizes) == largest and len(sizes) == max(1, -(-total // 3))


def test_a_graph_knows_the_shape_of_a_row():
    @tf.function(input_signature=[tf.TensorSpec([None, 2])])
    def doubled(rows):
        (found,) = in_chunks(lambda part: (2 * rows[part],), tf.shape(rows)[0], [(tf.float32, [2])])
        assert found.shape.as_list() == [None, 2]
        return found

    values = tf.reshape(tf.range(10.0), [5, 2])
    assert (doubled(values) == 2 * values).numpy().all()


def test_rows_of_like_lengths_stand_together_and_come_back_in_their_places():
    given = []

    def function(strings, numbers):
        given.append((strings.numpy().tolist(), numbers.numpy().tolist()))
        return strings + b"!", numbers + 1

    strings, numbers = by_length(
        function, tf.constant(["ccc", "a", "bb", "d"]), tf.constant([30, 10, 20, 40])
    )
    assert given == [([b"a", b"d", b"bb", b"ccc"], [10, 40, 20, 30])]
    assert strings.numpy().tolist() == [b"ccc!", b"a!", b"bb!", b"d!"]
    assert numbers.numpy().tolist() == [31, 11, 21, 41]
