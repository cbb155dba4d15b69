// The labels of 16 columns from the scores of each class.
#pragma once
#include <immintrin.h>
#include <stdint.h>

// The first largest of `classes` scores of each column, to the first `left` of 16 labels.
__attribute__((target("avx512f,avx512bw,avx512vl,avx512dq"))) static inline void t2s_store_largest(
    const __m512 *score, long classes, uint8_t *labels, long left) {
  __m512 best = score[0];
  __m512i label = _mm512_setzero_si512();
  for (long k = 1; k < classes; k++) {
    __mmask16 more = _mm512_cmp_ps_mask(score[k], best, _CMP_GT_OQ);
    best = _mm512_mask_mov_ps(best, more, score[k]);
    label = _mm512_mask_mov_epi32(label, more, _mm512_set1_epi32((int)k));
  }
  __mmask16 there = left >= 16 ? 0xffff : (__mmask16)((1u << left) - 1);
  _mm_mask_storeu_epi8(labels, there, _mm512_cvtepi32_epi8(label));
}
