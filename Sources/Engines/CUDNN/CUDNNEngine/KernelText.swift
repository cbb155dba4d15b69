// Made by Tools/gpu-kernels from Kernels/kernels.cu; never changed by hand.
// swift-format-ignore-file

/// The GPU's kernels as the driver takes them: PTX for compute capability 6.1 and newer.
enum KernelText {
  /// FNV-1a of the source that it was compiled from.
  static let sourceHash: UInt64 = 0x080fb803c938c49b
  /// The text.
  static let ptx = #"""
.version 7.8
.target sm_61
.address_size 64
.visible .entry pool_pairs(
.param .u64 pool_pairs_param_0,
.param .u64 pool_pairs_param_1,
.param .u32 pool_pairs_param_2,
.param .u32 pool_pairs_param_3,
.param .u32 pool_pairs_param_4,
.param .u32 pool_pairs_param_5,
.param .u32 pool_pairs_param_6,
.param .u32 pool_pairs_param_7,
.param .u32 pool_pairs_param_8,
.param .u32 pool_pairs_param_9,
.param .u32 pool_pairs_param_10,
.param .u32 pool_pairs_param_11
)
{
.reg .pred %p<28>;
.reg .b16 %rs<3>;
.reg .f32 %f<68>;
.reg .b32 %r<83>;
.reg .b64 %rd<44>;
ld.param.u64 %rd6, [pool_pairs_param_0];
ld.param.u64 %rd5, [pool_pairs_param_1];
ld.param.u32 %r34, [pool_pairs_param_2];
ld.param.u32 %r26, [pool_pairs_param_3];
ld.param.u32 %r27, [pool_pairs_param_4];
ld.param.u32 %r28, [pool_pairs_param_6];
ld.param.u32 %r29, [pool_pairs_param_7];
ld.param.u32 %r30, [pool_pairs_param_8];
ld.param.u32 %r31, [pool_pairs_param_9];
ld.param.u32 %r32, [pool_pairs_param_10];
ld.param.u32 %r33, [pool_pairs_param_11];
cvta.to.global.u64 %rd1, %rd6;
mul.lo.s32 %r35, %r26, %r34;
mul.lo.s32 %r36, %r35, %r27;
mov.u32 %r1, %ntid.x;
mov.u32 %r37, %ctaid.x;
mov.u32 %r38, %tid.x;
mad.lo.s32 %r77, %r37, %r1, %r38;
mul.lo.s32 %r3, %r36, %r30;
setp.ge.u32 %p2, %r77, %r3;
@%p2 bra $L__BB0_16;
mov.u32 %r39, %nctaid.x;
mul.lo.s32 %r4, %r39, %r1;
cvt.u64.u32 %rd2, %r30;
add.s32 %r5, %r33, -1;
setp.eq.s32 %p3, %r33, 0;
setp.eq.s32 %p4, %r32, 0;
or.pred %p1, %p4, %p3;
and.b32 %r6, %r33, 3;
sub.s32 %r7, %r33, %r6;
cvta.to.global.u64 %rd3, %rd5;
$L__BB0_2:
setp.eq.s32 %p5, %r31, 0;
mov.f32 %f64, 0fFF800000;
mov.f32 %f65, 0fFF800000;
@%p5 bra $L__BB0_15;
div.u32 %r9, %r77, %r30;
mul.lo.s32 %r40, %r9, %r30;
sub.s32 %r41, %r77, %r40;
cvt.u64.u32 %rd4, %r41;
@%p1 bra $L__BB0_15;
div.u32 %r43, %r9, %r27;
div.u32 %r44, %r43, %r26;
mul.lo.s32 %r45, %r43, %r27;
sub.s32 %r46, %r9, %r45;
mul.lo.s32 %r10, %r46, %r33;
mul.lo.s32 %r47, %r44, %r26;
sub.s32 %r48, %r43, %r47;
mul.lo.s32 %r11, %r48, %r32;
mul.lo.s32 %r12, %r44, %r31;
mov.f32 %f65, 0fFF800000;
mov.u32 %r42, 0;
mov.u32 %r78, %r42;
mov.f32 %f64, %f65;
$L__BB0_5:
add.s32 %r50, %r78, %r12;
mad.lo.s32 %r14, %r50, %r28, %r11;
mov.u32 %r79, %r42;
$L__BB0_6:
add.s32 %r52, %r14, %r79;
mad.lo.s32 %r16, %r52, %r29, %r10;
setp.lt.u32 %p6, %r5, 3;
mov.u32 %r82, 0;
@%p6 bra $L__BB0_9;
mov.u32 %r81, %r7;
$L__BB0_8:
add.s32 %r62, %r16, %r82;
cvt.u64.u32 %rd7, %r62;
mul.lo.s64 %rd8, %rd7, %rd2;
add.s64 %rd9, %rd8, %rd4;
shl.b64 %rd10, %rd9, 2;
add.s64 %rd11, %rd1, %rd10;
ld.global.u32 %r54, [%rd11];
{.reg .b16 l, h; mov.b32 {l, h}, %r54; cvt.f32.f16 %f30, l;}
{.reg .b16 l, h; mov.b32 {l, h}, %r54; cvt.f32.f16 %f31, h;}
setp.gt.f32 %p7, %f30, %f64;
selp.f32 %f38, %f30, %f64, %p7;
setp.gt.f32 %p8, %f31, %f65;
selp.f32 %f39, %f31, %f65, %p8;
add.s32 %r63, %r62, 1;
cvt.u64.u32 %rd12, %r63;
mul.lo.s64 %rd13, %rd12, %rd2;
add.s64 %rd14, %rd13, %rd4;
shl.b64 %rd15, %rd14, 2;
add.s64 %rd16, %rd1, %rd15;
ld.global.u32 %r56, [%rd16];
{.reg .b16 l, h; mov.b32 {l, h}, %r56; cvt.f32.f16 %f32, l;}
{.reg .b16 l, h; mov.b32 {l, h}, %r56; cvt.f32.f16 %f33, h;}
setp.gt.f32 %p9, %f32, %f38;
selp.f32 %f40, %f32, %f38, %p9;
setp.gt.f32 %p10, %f33, %f39;
selp.f32 %f41, %f33, %f39, %p10;
add.s32 %r64, %r62, 2;
cvt.u64.u32 %rd17, %r64;
mul.lo.s64 %rd18, %rd17, %rd2;
add.s64 %rd19, %rd18, %rd4;
shl.b64 %rd20, %rd19, 2;
add.s64 %rd21, %rd1, %rd20;
ld.global.u32 %r58, [%rd21];
{.reg .b16 l, h; mov.b32 {l, h}, %r58; cvt.f32.f16 %f34, l;}
{.reg .b16 l, h; mov.b32 {l, h}, %r58; cvt.f32.f16 %f35, h;}
setp.gt.f32 %p11, %f34, %f40;
selp.f32 %f42, %f34, %f40, %p11;
setp.gt.f32 %p12, %f35, %f41;
selp.f32 %f43, %f35, %f41, %p12;
add.s32 %r65, %r62, 3;
cvt.u64.u32 %rd22, %r65;
mul.lo.s64 %rd23, %rd22, %rd2;
add.s64 %rd24, %rd23, %rd4;
shl.b64 %rd25, %rd24, 2;
add.s64 %rd26, %rd1, %rd25;
ld.global.u32 %r60, [%rd26];
{.reg .b16 l, h; mov.b32 {l, h}, %r60; cvt.f32.f16 %f36, l;}
{.reg .b16 l, h; mov.b32 {l, h}, %r60; cvt.f32.f16 %f37, h;}
setp.gt.f32 %p13, %f36, %f42;
selp.f32 %f64, %f36, %f42, %p13;
setp.gt.f32 %p14, %f37, %f43;
selp.f32 %f65, %f37, %f43, %p14;
add.s32 %r82, %r82, 4;
add.s32 %r81, %r81, -4;
setp.ne.s32 %p15, %r81, 0;
@%p15 bra $L__BB0_8;
$L__BB0_9:
setp.eq.s32 %p16, %r6, 0;
@%p16 bra $L__BB0_13;
setp.eq.s32 %p17, %r6, 1;
add.s32 %r22, %r16, %r82;
cvt.u64.u32 %rd27, %r22;
mul.lo.s64 %rd28, %rd27, %rd2;
add.s64 %rd29, %rd28, %rd4;
shl.b64 %rd30, %rd29, 2;
add.s64 %rd31, %rd1, %rd30;
ld.global.u32 %r66, [%rd31];
{.reg .b16 l, h; mov.b32 {l, h}, %r66; cvt.f32.f16 %f44, l;}
{.reg .b16 l, h; mov.b32 {l, h}, %r66; cvt.f32.f16 %f45, h;}
setp.gt.f32 %p18, %f44, %f64;
selp.f32 %f64, %f44, %f64, %p18;
setp.gt.f32 %p19, %f45, %f65;
selp.f32 %f65, %f45, %f65, %p19;
@%p17 bra $L__BB0_13;
setp.eq.s32 %p20, %r6, 2;
add.s32 %r70, %r22, 1;
cvt.u64.u32 %rd32, %r70;
mul.lo.s64 %rd33, %rd32, %rd2;
add.s64 %rd34, %rd33, %rd4;
shl.b64 %rd35, %rd34, 2;
add.s64 %rd36, %rd1, %rd35;
ld.global.u32 %r68, [%rd36];
{.reg .b16 l, h; mov.b32 {l, h}, %r68; cvt.f32.f16 %f46, l;}
{.reg .b16 l, h; mov.b32 {l, h}, %r68; cvt.f32.f16 %f47, h;}
setp.gt.f32 %p21, %f46, %f64;
selp.f32 %f64, %f46, %f64, %p21;
setp.gt.f32 %p22, %f47, %f65;
selp.f32 %f65, %f47, %f65, %p22;
@%p20 bra $L__BB0_13;
add.s32 %r73, %r22, 2;
cvt.u64.u32 %rd37, %r73;
mul.lo.s64 %rd38, %rd37, %rd2;
add.s64 %rd39, %rd38, %rd4;
shl.b64 %rd40, %rd39, 2;
add.s64 %rd41, %rd1, %rd40;
ld.global.u32 %r71, [%rd41];
{.reg .b16 l, h; mov.b32 {l, h}, %r71; cvt.f32.f16 %f48, l;}
{.reg .b16 l, h; mov.b32 {l, h}, %r71; cvt.f32.f16 %f49, h;}
setp.gt.f32 %p23, %f48, %f64;
selp.f32 %f64, %f48, %f64, %p23;
setp.gt.f32 %p24, %f49, %f65;
selp.f32 %f65, %f49, %f65, %p24;
$L__BB0_13:
add.s32 %r79, %r79, 1;
setp.lt.u32 %p25, %r79, %r32;
@%p25 bra $L__BB0_6;
add.s32 %r78, %r78, 1;
setp.lt.u32 %p26, %r78, %r31;
@%p26 bra $L__BB0_5;
$L__BB0_15:
cvt.rn.f16.f32 %rs1, %f64;
cvt.rn.f16.f32 %rs2, %f65;
cvt.u32.u16 %r74, %rs1;
cvt.u32.u16 %r75, %rs2;
prmt.b32 %r76, %r75, %r74, 4180;
mul.wide.u32 %rd42, %r77, 4;
add.s64 %rd43, %rd3, %rd42;
st.global.u32 [%rd43], %r76;
add.s32 %r77, %r77, %r4;
setp.lt.u32 %p27, %r77, %r3;
@%p27 bra $L__BB0_2;
$L__BB0_16:
ret;
}
.visible .entry fill(
.param .u64 fill_param_0,
.param .u32 fill_param_1,
.param .u32 fill_param_2
)
{
.reg .pred %p<3>;
.reg .b32 %r<12>;
.reg .b64 %rd<5>;
ld.param.u64 %rd2, [fill_param_0];
ld.param.u32 %r6, [fill_param_1];
ld.param.u32 %r7, [fill_param_2];
mov.u32 %r1, %ntid.x;
mov.u32 %r8, %ctaid.x;
mov.u32 %r9, %tid.x;
mad.lo.s32 %r11, %r8, %r1, %r9;
setp.ge.u32 %p1, %r11, %r6;
@%p1 bra $L__BB1_3;
mov.u32 %r10, %nctaid.x;
mul.lo.s32 %r3, %r10, %r1;
cvta.to.global.u64 %rd1, %rd2;
$L__BB1_2:
mul.wide.u32 %rd3, %r11, 4;
add.s64 %rd4, %rd1, %rd3;
st.global.u32 [%rd4], %r7;
add.s32 %r11, %r11, %r3;
setp.lt.u32 %p2, %r11, %r6;
@%p2 bra $L__BB1_2;
$L__BB1_3:
ret;
}
.visible .entry checksum(
.param .u64 checksum_param_0,
.param .u64 checksum_param_1,
.param .u32 checksum_param_2
)
{
.reg .pred %p<3>;
.reg .b32 %r<11>;
.reg .b64 %rd<21>;
ld.param.u64 %rd5, [checksum_param_0];
ld.param.u64 %rd6, [checksum_param_1];
ld.param.u32 %r6, [checksum_param_2];
mov.u32 %r1, %ntid.x;
mov.u32 %r7, %ctaid.x;
mov.u32 %r8, %tid.x;
mad.lo.s32 %r2, %r7, %r1, %r8;
setp.ge.u32 %p1, %r2, %r6;
mov.u64 %rd20, 0;
@%p1 bra $L__BB2_3;
mov.u32 %r9, %nctaid.x;
mul.lo.s32 %r3, %r9, %r1;
cvta.to.global.u64 %rd1, %rd5;
mov.u32 %r10, %r2;
$L__BB2_2:
cvt.u64.u32 %rd9, %r10;
mul.wide.u32 %rd10, %r10, 4;
add.s64 %rd11, %rd1, %rd10;
ld.global.u32 %rd12, [%rd11];
mul.lo.s64 %rd13, %rd9, -7046029254386353131;
or.b64 %rd14, %rd13, 1;
mul.lo.s64 %rd15, %rd14, %rd12;
add.s64 %rd20, %rd15, %rd20;
add.s32 %r10, %r10, %r3;
setp.lt.u32 %p2, %r10, %r6;
@%p2 bra $L__BB2_2;
$L__BB2_3:
cvta.to.global.u64 %rd16, %rd6;
mul.wide.u32 %rd17, %r2, 8;
add.s64 %rd18, %rd16, %rd17;
st.global.u64 [%rd18], %rd20;
ret;
}
.visible .entry normalise_u8_f32(
.param .u64 normalise_u8_f32_param_0,
.param .u64 normalise_u8_f32_param_1,
.param .u32 normalise_u8_f32_param_2,
.param .u32 normalise_u8_f32_param_3,
.param .u32 normalise_u8_f32_param_4,
.param .u32 normalise_u8_f32_param_5,
.param .u32 normalise_u8_f32_param_6,
.param .f32 normalise_u8_f32_param_7,
.param .f32 normalise_u8_f32_param_8,
.param .u32 normalise_u8_f32_param_9
)
{
.reg .pred %p<13>;
.reg .b16 %rs<5>;
.reg .f32 %f<30>;
.reg .b32 %r<38>;
.reg .b64 %rd<34>;
ld.param.u64 %rd4, [normalise_u8_f32_param_0];
ld.param.u64 %rd5, [normalise_u8_f32_param_1];
ld.param.u32 %r19, [normalise_u8_f32_param_2];
ld.param.u32 %r20, [normalise_u8_f32_param_3];
ld.param.u32 %r21, [normalise_u8_f32_param_4];
ld.param.u32 %r22, [normalise_u8_f32_param_5];
ld.param.u32 %r23, [normalise_u8_f32_param_6];
ld.param.f32 %f10, [normalise_u8_f32_param_7];
ld.param.f32 %f11, [normalise_u8_f32_param_8];
ld.param.u32 %r24, [normalise_u8_f32_param_9];
cvta.to.global.u64 %rd1, %rd5;
cvta.to.global.u64 %rd2, %rd4;
mov.u32 %r1, %ntid.x;
mov.u32 %r25, %ctaid.x;
mov.u32 %r26, %tid.x;
mad.lo.s32 %r2, %r25, %r1, %r26;
mul.lo.s32 %r3, %r20, %r19;
setp.ge.u32 %p1, %r2, %r3;
@%p1 bra $L__BB3_20;
setp.eq.s32 %p2, %r21, 0;
cvt.u64.u32 %rd3, %r23;
sub.f32 %f1, %f11, %f10;
mov.u32 %r27, %nctaid.x;
mul.lo.s32 %r4, %r27, %r1;
@%p2 bra $L__BB3_11;
setp.eq.s32 %p3, %r24, 0;
@%p3 bra $L__BB3_8;
$L__BB3_4:
div.u32 %r6, %r2, %r19;
setp.ge.u32 %p4, %r6, %r22;
mov.f32 %f26, 0f00000000;
@%p4 bra $L__BB3_6;
mul.lo.s32 %r28, %r6, %r19;
sub.s32 %r29, %r2, %r28;
cvt.u64.u32 %rd6, %r29;
cvt.u64.u32 %rd7, %r6;
mul.lo.s64 %rd8, %rd7, %rd3;
add.s64 %rd9, %rd8, %rd6;
add.s64 %rd10, %rd2, %rd9;
ld.global.u8 %rs1, [%rd10];
cvt.rn.f32.u16 %f13, %rs1;
sub.f32 %f14, %f13, %f10;
div.rn.f32 %f15, %f14, %f1;
cvt.sat.f32.f32 %f26, %f15;
$L__BB3_6:
mul.wide.u32 %rd11, %r2, 4;
add.s64 %rd12, %rd1, %rd11;
st.global.f32 [%rd12], %f26;
add.s32 %r2, %r2, %r4;
setp.lt.u32 %p5, %r2, %r3;
@%p5 bra $L__BB3_4;
bra.uni $L__BB3_20;
$L__BB3_8:
div.u32 %r9, %r2, %r19;
setp.ge.u32 %p6, %r9, %r22;
mov.f32 %f27, 0f00000000;
@%p6 bra $L__BB3_10;
mul.lo.s32 %r30, %r9, %r19;
sub.s32 %r31, %r2, %r30;
cvt.u64.u32 %rd13, %r31;
cvt.u64.u32 %rd14, %r9;
mul.lo.s64 %rd15, %rd14, %rd3;
add.s64 %rd16, %rd15, %rd13;
add.s64 %rd17, %rd2, %rd16;
ld.global.u8 %rs2, [%rd17];
cvt.rn.f32.u16 %f17, %rs2;
sub.f32 %f18, %f17, %f10;
div.rn.f32 %f27, %f18, %f1;
$L__BB3_10:
mul.wide.u32 %rd18, %r2, 4;
add.s64 %rd19, %rd1, %rd18;
st.global.f32 [%rd19], %f27;
add.s32 %r2, %r2, %r4;
setp.lt.u32 %p7, %r2, %r3;
@%p7 bra $L__BB3_8;
bra.uni $L__BB3_20;
$L__BB3_11:
setp.eq.s32 %p8, %r24, 0;
@%p8 bra $L__BB3_17;
$L__BB3_13:
div.u32 %r12, %r2, %r20;
mul.lo.s32 %r32, %r12, %r20;
sub.s32 %r13, %r2, %r32;
setp.ge.u32 %p9, %r13, %r22;
mov.f32 %f28, 0f00000000;
@%p9 bra $L__BB3_15;
cvt.u64.u32 %rd20, %r12;
cvt.u64.u32 %rd21, %r13;
mul.lo.s64 %rd22, %rd21, %rd3;
add.s64 %rd23, %rd22, %rd20;
add.s64 %rd24, %rd2, %rd23;
ld.global.u8 %rs3, [%rd24];
cvt.rn.f32.u16 %f20, %rs3;
sub.f32 %f21, %f20, %f10;
div.rn.f32 %f22, %f21, %f1;
cvt.sat.f32.f32 %f28, %f22;
$L__BB3_15:
mul.wide.u32 %rd25, %r2, 4;
add.s64 %rd26, %rd1, %rd25;
st.global.f32 [%rd26], %f28;
add.s32 %r2, %r2, %r4;
setp.lt.u32 %p10, %r2, %r3;
@%p10 bra $L__BB3_13;
bra.uni $L__BB3_20;
$L__BB3_17:
div.u32 %r16, %r2, %r20;
mul.lo.s32 %r33, %r16, %r20;
sub.s32 %r17, %r2, %r33;
setp.ge.u32 %p11, %r17, %r22;
mov.f32 %f29, 0f00000000;
@%p11 bra $L__BB3_19;
cvt.u64.u32 %rd27, %r16;
cvt.u64.u32 %rd28, %r17;
mul.lo.s64 %rd29, %rd28, %rd3;
add.s64 %rd30, %rd29, %rd27;
add.s64 %rd31, %rd2, %rd30;
ld.global.u8 %rs4, [%rd31];
cvt.rn.f32.u16 %f24, %rs4;
sub.f32 %f25, %f24, %f10;
div.rn.f32 %f29, %f25, %f1;
$L__BB3_19:
mul.wide.u32 %rd32, %r2, 4;
add.s64 %rd33, %rd1, %rd32;
st.global.f32 [%rd33], %f29;
add.s32 %r2, %r2, %r4;
setp.lt.u32 %p12, %r2, %r3;
@%p12 bra $L__BB3_17;
$L__BB3_20:
ret;
}
.visible .entry normalise_u8_f16(
.param .u64 normalise_u8_f16_param_0,
.param .u64 normalise_u8_f16_param_1,
.param .u32 normalise_u8_f16_param_2,
.param .u32 normalise_u8_f16_param_3,
.param .u32 normalise_u8_f16_param_4,
.param .u32 normalise_u8_f16_param_5,
.param .u32 normalise_u8_f16_param_6,
.param .f32 normalise_u8_f16_param_7,
.param .f32 normalise_u8_f16_param_8,
.param .u32 normalise_u8_f16_param_9
)
{
.reg .pred %p<13>;
.reg .b16 %rs<9>;
.reg .f32 %f<34>;
.reg .b32 %r<38>;
.reg .b64 %rd<34>;
ld.param.u64 %rd4, [normalise_u8_f16_param_0];
ld.param.u64 %rd5, [normalise_u8_f16_param_1];
ld.param.u32 %r19, [normalise_u8_f16_param_2];
ld.param.u32 %r20, [normalise_u8_f16_param_3];
ld.param.u32 %r21, [normalise_u8_f16_param_4];
ld.param.u32 %r22, [normalise_u8_f16_param_5];
ld.param.u32 %r23, [normalise_u8_f16_param_6];
ld.param.f32 %f10, [normalise_u8_f16_param_7];
ld.param.f32 %f11, [normalise_u8_f16_param_8];
ld.param.u32 %r24, [normalise_u8_f16_param_9];
cvta.to.global.u64 %rd1, %rd5;
cvta.to.global.u64 %rd2, %rd4;
mov.u32 %r1, %ntid.x;
mov.u32 %r25, %ctaid.x;
mov.u32 %r26, %tid.x;
mad.lo.s32 %r2, %r25, %r1, %r26;
mul.lo.s32 %r3, %r20, %r19;
setp.ge.u32 %p1, %r2, %r3;
@%p1 bra $L__BB4_20;
setp.eq.s32 %p2, %r21, 0;
cvt.u64.u32 %rd3, %r23;
sub.f32 %f1, %f11, %f10;
mov.u32 %r27, %nctaid.x;
mul.lo.s32 %r4, %r27, %r1;
@%p2 bra $L__BB4_11;
setp.eq.s32 %p3, %r24, 0;
@%p3 bra $L__BB4_8;
$L__BB4_4:
div.u32 %r6, %r2, %r19;
setp.ge.u32 %p4, %r6, %r22;
mov.f32 %f30, 0f00000000;
@%p4 bra $L__BB4_6;
mul.lo.s32 %r28, %r6, %r19;
sub.s32 %r29, %r2, %r28;
cvt.u64.u32 %rd6, %r29;
cvt.u64.u32 %rd7, %r6;
mul.lo.s64 %rd8, %rd7, %rd3;
add.s64 %rd9, %rd8, %rd6;
add.s64 %rd10, %rd2, %rd9;
ld.global.u8 %rs1, [%rd10];
cvt.rn.f32.u16 %f13, %rs1;
sub.f32 %f14, %f13, %f10;
div.rn.f32 %f15, %f14, %f1;
cvt.sat.f32.f32 %f30, %f15;
$L__BB4_6:
cvt.rn.f16.f32 %rs2, %f30;
mul.wide.u32 %rd11, %r2, 2;
add.s64 %rd12, %rd1, %rd11;
st.global.u16 [%rd12], %rs2;
add.s32 %r2, %r2, %r4;
setp.lt.u32 %p5, %r2, %r3;
@%p5 bra $L__BB4_4;
bra.uni $L__BB4_20;
$L__BB4_8:
div.u32 %r9, %r2, %r19;
setp.ge.u32 %p6, %r9, %r22;
mov.f32 %f31, 0f00000000;
@%p6 bra $L__BB4_10;
mul.lo.s32 %r30, %r9, %r19;
sub.s32 %r31, %r2, %r30;
cvt.u64.u32 %rd13, %r31;
cvt.u64.u32 %rd14, %r9;
mul.lo.s64 %rd15, %rd14, %rd3;
add.s64 %rd16, %rd15, %rd13;
add.s64 %rd17, %rd2, %rd16;
ld.global.u8 %rs3, [%rd17];
cvt.rn.f32.u16 %f18, %rs3;
sub.f32 %f19, %f18, %f10;
div.rn.f32 %f31, %f19, %f1;
$L__BB4_10:
cvt.rn.f16.f32 %rs4, %f31;
mul.wide.u32 %rd18, %r2, 2;
add.s64 %rd19, %rd1, %rd18;
st.global.u16 [%rd19], %rs4;
add.s32 %r2, %r2, %r4;
setp.lt.u32 %p7, %r2, %r3;
@%p7 bra $L__BB4_8;
bra.uni $L__BB4_20;
$L__BB4_11:
setp.eq.s32 %p8, %r24, 0;
@%p8 bra $L__BB4_17;
$L__BB4_13:
div.u32 %r12, %r2, %r20;
mul.lo.s32 %r32, %r12, %r20;
sub.s32 %r13, %r2, %r32;
setp.ge.u32 %p9, %r13, %r22;
mov.f32 %f32, 0f00000000;
@%p9 bra $L__BB4_15;
cvt.u64.u32 %rd20, %r12;
cvt.u64.u32 %rd21, %r13;
mul.lo.s64 %rd22, %rd21, %rd3;
add.s64 %rd23, %rd22, %rd20;
add.s64 %rd24, %rd2, %rd23;
ld.global.u8 %rs5, [%rd24];
cvt.rn.f32.u16 %f22, %rs5;
sub.f32 %f23, %f22, %f10;
div.rn.f32 %f24, %f23, %f1;
cvt.sat.f32.f32 %f32, %f24;
$L__BB4_15:
cvt.rn.f16.f32 %rs6, %f32;
mul.wide.u32 %rd25, %r2, 2;
add.s64 %rd26, %rd1, %rd25;
st.global.u16 [%rd26], %rs6;
add.s32 %r2, %r2, %r4;
setp.lt.u32 %p10, %r2, %r3;
@%p10 bra $L__BB4_13;
bra.uni $L__BB4_20;
$L__BB4_17:
div.u32 %r16, %r2, %r20;
mul.lo.s32 %r33, %r16, %r20;
sub.s32 %r17, %r2, %r33;
setp.ge.u32 %p11, %r17, %r22;
mov.f32 %f33, 0f00000000;
@%p11 bra $L__BB4_19;
cvt.u64.u32 %rd27, %r16;
cvt.u64.u32 %rd28, %r17;
mul.lo.s64 %rd29, %rd28, %rd3;
add.s64 %rd30, %rd29, %rd27;
add.s64 %rd31, %rd2, %rd30;
ld.global.u8 %rs7, [%rd31];
cvt.rn.f32.u16 %f27, %rs7;
sub.f32 %f28, %f27, %f10;
div.rn.f32 %f33, %f28, %f1;
$L__BB4_19:
cvt.rn.f16.f32 %rs8, %f33;
mul.wide.u32 %rd32, %r2, 2;
add.s64 %rd33, %rd1, %rd32;
st.global.u16 [%rd33], %rs8;
add.s32 %r2, %r2, %r4;
setp.lt.u32 %p12, %r2, %r3;
@%p12 bra $L__BB4_17;
$L__BB4_20:
ret;
}
.visible .entry normalise_u16_f32(
.param .u64 normalise_u16_f32_param_0,
.param .u64 normalise_u16_f32_param_1,
.param .u32 normalise_u16_f32_param_2,
.param .u32 normalise_u16_f32_param_3,
.param .u32 normalise_u16_f32_param_4,
.param .u32 normalise_u16_f32_param_5,
.param .u32 normalise_u16_f32_param_6,
.param .f32 normalise_u16_f32_param_7,
.param .f32 normalise_u16_f32_param_8,
.param .u32 normalise_u16_f32_param_9
)
{
.reg .pred %p<13>;
.reg .b16 %rs<5>;
.reg .f32 %f<30>;
.reg .b32 %r<38>;
.reg .b64 %rd<38>;
ld.param.u64 %rd4, [normalise_u16_f32_param_0];
ld.param.u64 %rd5, [normalise_u16_f32_param_1];
ld.param.u32 %r19, [normalise_u16_f32_param_2];
ld.param.u32 %r20, [normalise_u16_f32_param_3];
ld.param.u32 %r21, [normalise_u16_f32_param_4];
ld.param.u32 %r22, [normalise_u16_f32_param_5];
ld.param.u32 %r23, [normalise_u16_f32_param_6];
ld.param.f32 %f10, [normalise_u16_f32_param_7];
ld.param.f32 %f11, [normalise_u16_f32_param_8];
ld.param.u32 %r24, [normalise_u16_f32_param_9];
cvta.to.global.u64 %rd1, %rd5;
cvta.to.global.u64 %rd2, %rd4;
mov.u32 %r1, %ntid.x;
mov.u32 %r25, %ctaid.x;
mov.u32 %r26, %tid.x;
mad.lo.s32 %r2, %r25, %r1, %r26;
mul.lo.s32 %r3, %r20, %r19;
setp.ge.u32 %p1, %r2, %r3;
@%p1 bra $L__BB5_20;
setp.eq.s32 %p2, %r21, 0;
cvt.u64.u32 %rd3, %r23;
sub.f32 %f1, %f11, %f10;
mov.u32 %r27, %nctaid.x;
mul.lo.s32 %r4, %r27, %r1;
@%p2 bra $L__BB5_11;
setp.eq.s32 %p3, %r24, 0;
@%p3 bra $L__BB5_8;
$L__BB5_4:
div.u32 %r6, %r2, %r19;
setp.ge.u32 %p4, %r6, %r22;
mov.f32 %f26, 0f00000000;
@%p4 bra $L__BB5_6;
mul.lo.s32 %r28, %r6, %r19;
sub.s32 %r29, %r2, %r28;
cvt.u64.u32 %rd6, %r29;
cvt.u64.u32 %rd7, %r6;
mul.lo.s64 %rd8, %rd7, %rd3;
add.s64 %rd9, %rd8, %rd6;
shl.b64 %rd10, %rd9, 1;
add.s64 %rd11, %rd2, %rd10;
ld.global.u16 %rs1, [%rd11];
cvt.rn.f32.u16 %f13, %rs1;
sub.f32 %f14, %f13, %f10;
div.rn.f32 %f15, %f14, %f1;
cvt.sat.f32.f32 %f26, %f15;
$L__BB5_6:
mul.wide.u32 %rd12, %r2, 4;
add.s64 %rd13, %rd1, %rd12;
st.global.f32 [%rd13], %f26;
add.s32 %r2, %r2, %r4;
setp.lt.u32 %p5, %r2, %r3;
@%p5 bra $L__BB5_4;
bra.uni $L__BB5_20;
$L__BB5_8:
div.u32 %r9, %r2, %r19;
setp.ge.u32 %p6, %r9, %r22;
mov.f32 %f27, 0f00000000;
@%p6 bra $L__BB5_10;
mul.lo.s32 %r30, %r9, %r19;
sub.s32 %r31, %r2, %r30;
cvt.u64.u32 %rd14, %r31;
cvt.u64.u32 %rd15, %r9;
mul.lo.s64 %rd16, %rd15, %rd3;
add.s64 %rd17, %rd16, %rd14;
shl.b64 %rd18, %rd17, 1;
add.s64 %rd19, %rd2, %rd18;
ld.global.u16 %rs2, [%rd19];
cvt.rn.f32.u16 %f17, %rs2;
sub.f32 %f18, %f17, %f10;
div.rn.f32 %f27, %f18, %f1;
$L__BB5_10:
mul.wide.u32 %rd20, %r2, 4;
add.s64 %rd21, %rd1, %rd20;
st.global.f32 [%rd21], %f27;
add.s32 %r2, %r2, %r4;
setp.lt.u32 %p7, %r2, %r3;
@%p7 bra $L__BB5_8;
bra.uni $L__BB5_20;
$L__BB5_11:
setp.eq.s32 %p8, %r24, 0;
@%p8 bra $L__BB5_17;
$L__BB5_13:
div.u32 %r12, %r2, %r20;
mul.lo.s32 %r32, %r12, %r20;
sub.s32 %r13, %r2, %r32;
setp.ge.u32 %p9, %r13, %r22;
mov.f32 %f28, 0f00000000;
@%p9 bra $L__BB5_15;
cvt.u64.u32 %rd22, %r12;
cvt.u64.u32 %rd23, %r13;
mul.lo.s64 %rd24, %rd23, %rd3;
add.s64 %rd25, %rd24, %rd22;
shl.b64 %rd26, %rd25, 1;
add.s64 %rd27, %rd2, %rd26;
ld.global.u16 %rs3, [%rd27];
cvt.rn.f32.u16 %f20, %rs3;
sub.f32 %f21, %f20, %f10;
div.rn.f32 %f22, %f21, %f1;
cvt.sat.f32.f32 %f28, %f22;
$L__BB5_15:
mul.wide.u32 %rd28, %r2, 4;
add.s64 %rd29, %rd1, %rd28;
st.global.f32 [%rd29], %f28;
add.s32 %r2, %r2, %r4;
setp.lt.u32 %p10, %r2, %r3;
@%p10 bra $L__BB5_13;
bra.uni $L__BB5_20;
$L__BB5_17:
div.u32 %r16, %r2, %r20;
mul.lo.s32 %r33, %r16, %r20;
sub.s32 %r17, %r2, %r33;
setp.ge.u32 %p11, %r17, %r22;
mov.f32 %f29, 0f00000000;
@%p11 bra $L__BB5_19;
cvt.u64.u32 %rd30, %r16;
cvt.u64.u32 %rd31, %r17;
mul.lo.s64 %rd32, %rd31, %rd3;
add.s64 %rd33, %rd32, %rd30;
shl.b64 %rd34, %rd33, 1;
add.s64 %rd35, %rd2, %rd34;
ld.global.u16 %rs4, [%rd35];
cvt.rn.f32.u16 %f24, %rs4;
sub.f32 %f25, %f24, %f10;
div.rn.f32 %f29, %f25, %f1;
$L__BB5_19:
mul.wide.u32 %rd36, %r2, 4;
add.s64 %rd37, %rd1, %rd36;
st.global.f32 [%rd37], %f29;
add.s32 %r2, %r2, %r4;
setp.lt.u32 %p12, %r2, %r3;
@%p12 bra $L__BB5_17;
$L__BB5_20:
ret;
}
.visible .entry normalise_u16_f16(
.param .u64 normalise_u16_f16_param_0,
.param .u64 normalise_u16_f16_param_1,
.param .u32 normalise_u16_f16_param_2,
.param .u32 normalise_u16_f16_param_3,
.param .u32 normalise_u16_f16_param_4,
.param .u32 normalise_u16_f16_param_5,
.param .u32 normalise_u16_f16_param_6,
.param .f32 normalise_u16_f16_param_7,
.param .f32 normalise_u16_f16_param_8,
.param .u32 normalise_u16_f16_param_9
)
{
.reg .pred %p<13>;
.reg .b16 %rs<9>;
.reg .f32 %f<34>;
.reg .b32 %r<38>;
.reg .b64 %rd<38>;
ld.param.u64 %rd4, [normalise_u16_f16_param_0];
ld.param.u64 %rd5, [normalise_u16_f16_param_1];
ld.param.u32 %r19, [normalise_u16_f16_param_2];
ld.param.u32 %r20, [normalise_u16_f16_param_3];
ld.param.u32 %r21, [normalise_u16_f16_param_4];
ld.param.u32 %r22, [normalise_u16_f16_param_5];
ld.param.u32 %r23, [normalise_u16_f16_param_6];
ld.param.f32 %f10, [normalise_u16_f16_param_7];
ld.param.f32 %f11, [normalise_u16_f16_param_8];
ld.param.u32 %r24, [normalise_u16_f16_param_9];
cvta.to.global.u64 %rd1, %rd5;
cvta.to.global.u64 %rd2, %rd4;
mov.u32 %r1, %ntid.x;
mov.u32 %r25, %ctaid.x;
mov.u32 %r26, %tid.x;
mad.lo.s32 %r2, %r25, %r1, %r26;
mul.lo.s32 %r3, %r20, %r19;
setp.ge.u32 %p1, %r2, %r3;
@%p1 bra $L__BB6_20;
setp.eq.s32 %p2, %r21, 0;
cvt.u64.u32 %rd3, %r23;
sub.f32 %f1, %f11, %f10;
mov.u32 %r27, %nctaid.x;
mul.lo.s32 %r4, %r27, %r1;
@%p2 bra $L__BB6_11;
setp.eq.s32 %p3, %r24, 0;
@%p3 bra $L__BB6_8;
$L__BB6_4:
div.u32 %r6, %r2, %r19;
setp.ge.u32 %p4, %r6, %r22;
mov.f32 %f30, 0f00000000;
@%p4 bra $L__BB6_6;
mul.lo.s32 %r28, %r6, %r19;
sub.s32 %r29, %r2, %r28;
cvt.u64.u32 %rd6, %r29;
cvt.u64.u32 %rd7, %r6;
mul.lo.s64 %rd8, %rd7, %rd3;
add.s64 %rd9, %rd8, %rd6;
shl.b64 %rd10, %rd9, 1;
add.s64 %rd11, %rd2, %rd10;
ld.global.u16 %rs1, [%rd11];
cvt.rn.f32.u16 %f13, %rs1;
sub.f32 %f14, %f13, %f10;
div.rn.f32 %f15, %f14, %f1;
cvt.sat.f32.f32 %f30, %f15;
$L__BB6_6:
cvt.rn.f16.f32 %rs2, %f30;
mul.wide.u32 %rd12, %r2, 2;
add.s64 %rd13, %rd1, %rd12;
st.global.u16 [%rd13], %rs2;
add.s32 %r2, %r2, %r4;
setp.lt.u32 %p5, %r2, %r3;
@%p5 bra $L__BB6_4;
bra.uni $L__BB6_20;
$L__BB6_8:
div.u32 %r9, %r2, %r19;
setp.ge.u32 %p6, %r9, %r22;
mov.f32 %f31, 0f00000000;
@%p6 bra $L__BB6_10;
mul.lo.s32 %r30, %r9, %r19;
sub.s32 %r31, %r2, %r30;
cvt.u64.u32 %rd14, %r31;
cvt.u64.u32 %rd15, %r9;
mul.lo.s64 %rd16, %rd15, %rd3;
add.s64 %rd17, %rd16, %rd14;
shl.b64 %rd18, %rd17, 1;
add.s64 %rd19, %rd2, %rd18;
ld.global.u16 %rs3, [%rd19];
cvt.rn.f32.u16 %f18, %rs3;
sub.f32 %f19, %f18, %f10;
div.rn.f32 %f31, %f19, %f1;
$L__BB6_10:
cvt.rn.f16.f32 %rs4, %f31;
mul.wide.u32 %rd20, %r2, 2;
add.s64 %rd21, %rd1, %rd20;
st.global.u16 [%rd21], %rs4;
add.s32 %r2, %r2, %r4;
setp.lt.u32 %p7, %r2, %r3;
@%p7 bra $L__BB6_8;
bra.uni $L__BB6_20;
$L__BB6_11:
setp.eq.s32 %p8, %r24, 0;
@%p8 bra $L__BB6_17;
$L__BB6_13:
div.u32 %r12, %r2, %r20;
mul.lo.s32 %r32, %r12, %r20;
sub.s32 %r13, %r2, %r32;
setp.ge.u32 %p9, %r13, %r22;
mov.f32 %f32, 0f00000000;
@%p9 bra $L__BB6_15;
cvt.u64.u32 %rd22, %r12;
cvt.u64.u32 %rd23, %r13;
mul.lo.s64 %rd24, %rd23, %rd3;
add.s64 %rd25, %rd24, %rd22;
shl.b64 %rd26, %rd25, 1;
add.s64 %rd27, %rd2, %rd26;
ld.global.u16 %rs5, [%rd27];
cvt.rn.f32.u16 %f22, %rs5;
sub.f32 %f23, %f22, %f10;
div.rn.f32 %f24, %f23, %f1;
cvt.sat.f32.f32 %f32, %f24;
$L__BB6_15:
cvt.rn.f16.f32 %rs6, %f32;
mul.wide.u32 %rd28, %r2, 2;
add.s64 %rd29, %rd1, %rd28;
st.global.u16 [%rd29], %rs6;
add.s32 %r2, %r2, %r4;
setp.lt.u32 %p10, %r2, %r3;
@%p10 bra $L__BB6_13;
bra.uni $L__BB6_20;
$L__BB6_17:
div.u32 %r16, %r2, %r20;
mul.lo.s32 %r33, %r16, %r20;
sub.s32 %r17, %r2, %r33;
setp.ge.u32 %p11, %r17, %r22;
mov.f32 %f33, 0f00000000;
@%p11 bra $L__BB6_19;
cvt.u64.u32 %rd30, %r16;
cvt.u64.u32 %rd31, %r17;
mul.lo.s64 %rd32, %rd31, %rd3;
add.s64 %rd33, %rd32, %rd30;
shl.b64 %rd34, %rd33, 1;
add.s64 %rd35, %rd2, %rd34;
ld.global.u16 %rs7, [%rd35];
cvt.rn.f32.u16 %f27, %rs7;
sub.f32 %f28, %f27, %f10;
div.rn.f32 %f33, %f28, %f1;
$L__BB6_19:
cvt.rn.f16.f32 %rs8, %f33;
mul.wide.u32 %rd36, %r2, 2;
add.s64 %rd37, %rd1, %rd36;
st.global.u16 [%rd37], %rs8;
add.s32 %r2, %r2, %r4;
setp.lt.u32 %p12, %r2, %r3;
@%p12 bra $L__BB6_17;
$L__BB6_20:
ret;
}
.visible .entry normalise_f32_f32(
.param .u64 normalise_f32_f32_param_0,
.param .u64 normalise_f32_f32_param_1,
.param .u32 normalise_f32_f32_param_2,
.param .u32 normalise_f32_f32_param_3,
.param .u32 normalise_f32_f32_param_4,
.param .u32 normalise_f32_f32_param_5,
.param .u32 normalise_f32_f32_param_6,
.param .f32 normalise_f32_f32_param_7,
.param .f32 normalise_f32_f32_param_8,
.param .u32 normalise_f32_f32_param_9
)
{
.reg .pred %p<13>;
.reg .f32 %f<30>;
.reg .b32 %r<38>;
.reg .b64 %rd<38>;
ld.param.u64 %rd4, [normalise_f32_f32_param_0];
ld.param.u64 %rd5, [normalise_f32_f32_param_1];
ld.param.u32 %r19, [normalise_f32_f32_param_2];
ld.param.u32 %r20, [normalise_f32_f32_param_3];
ld.param.u32 %r21, [normalise_f32_f32_param_4];
ld.param.u32 %r22, [normalise_f32_f32_param_5];
ld.param.u32 %r23, [normalise_f32_f32_param_6];
ld.param.f32 %f10, [normalise_f32_f32_param_7];
ld.param.f32 %f11, [normalise_f32_f32_param_8];
ld.param.u32 %r24, [normalise_f32_f32_param_9];
cvta.to.global.u64 %rd1, %rd5;
cvta.to.global.u64 %rd2, %rd4;
mov.u32 %r1, %ntid.x;
mov.u32 %r25, %ctaid.x;
mov.u32 %r26, %tid.x;
mad.lo.s32 %r2, %r25, %r1, %r26;
mul.lo.s32 %r3, %r20, %r19;
setp.ge.u32 %p1, %r2, %r3;
@%p1 bra $L__BB7_20;
setp.eq.s32 %p2, %r21, 0;
cvt.u64.u32 %rd3, %r23;
sub.f32 %f1, %f11, %f10;
mov.u32 %r27, %nctaid.x;
mul.lo.s32 %r4, %r27, %r1;
@%p2 bra $L__BB7_11;
setp.eq.s32 %p3, %r24, 0;
@%p3 bra $L__BB7_8;
$L__BB7_4:
div.u32 %r6, %r2, %r19;
setp.ge.u32 %p4, %r6, %r22;
mov.f32 %f26, 0f00000000;
@%p4 bra $L__BB7_6;
mul.lo.s32 %r28, %r6, %r19;
sub.s32 %r29, %r2, %r28;
cvt.u64.u32 %rd6, %r29;
cvt.u64.u32 %rd7, %r6;
mul.lo.s64 %rd8, %rd7, %rd3;
add.s64 %rd9, %rd8, %rd6;
shl.b64 %rd10, %rd9, 2;
add.s64 %rd11, %rd2, %rd10;
ld.global.f32 %f13, [%rd11];
sub.f32 %f14, %f13, %f10;
div.rn.f32 %f15, %f14, %f1;
cvt.sat.f32.f32 %f26, %f15;
$L__BB7_6:
mul.wide.u32 %rd12, %r2, 4;
add.s64 %rd13, %rd1, %rd12;
st.global.f32 [%rd13], %f26;
add.s32 %r2, %r2, %r4;
setp.lt.u32 %p5, %r2, %r3;
@%p5 bra $L__BB7_4;
bra.uni $L__BB7_20;
$L__BB7_8:
div.u32 %r9, %r2, %r19;
setp.ge.u32 %p6, %r9, %r22;
mov.f32 %f27, 0f00000000;
@%p6 bra $L__BB7_10;
mul.lo.s32 %r30, %r9, %r19;
sub.s32 %r31, %r2, %r30;
cvt.u64.u32 %rd14, %r31;
cvt.u64.u32 %rd15, %r9;
mul.lo.s64 %rd16, %rd15, %rd3;
add.s64 %rd17, %rd16, %rd14;
shl.b64 %rd18, %rd17, 2;
add.s64 %rd19, %rd2, %rd18;
ld.global.f32 %f17, [%rd19];
sub.f32 %f18, %f17, %f10;
div.rn.f32 %f27, %f18, %f1;
$L__BB7_10:
mul.wide.u32 %rd20, %r2, 4;
add.s64 %rd21, %rd1, %rd20;
st.global.f32 [%rd21], %f27;
add.s32 %r2, %r2, %r4;
setp.lt.u32 %p7, %r2, %r3;
@%p7 bra $L__BB7_8;
bra.uni $L__BB7_20;
$L__BB7_11:
setp.eq.s32 %p8, %r24, 0;
@%p8 bra $L__BB7_17;
$L__BB7_13:
div.u32 %r12, %r2, %r20;
mul.lo.s32 %r32, %r12, %r20;
sub.s32 %r13, %r2, %r32;
setp.ge.u32 %p9, %r13, %r22;
mov.f32 %f28, 0f00000000;
@%p9 bra $L__BB7_15;
cvt.u64.u32 %rd22, %r12;
cvt.u64.u32 %rd23, %r13;
mul.lo.s64 %rd24, %rd23, %rd3;
add.s64 %rd25, %rd24, %rd22;
shl.b64 %rd26, %rd25, 2;
add.s64 %rd27, %rd2, %rd26;
ld.global.f32 %f20, [%rd27];
sub.f32 %f21, %f20, %f10;
div.rn.f32 %f22, %f21, %f1;
cvt.sat.f32.f32 %f28, %f22;
$L__BB7_15:
mul.wide.u32 %rd28, %r2, 4;
add.s64 %rd29, %rd1, %rd28;
st.global.f32 [%rd29], %f28;
add.s32 %r2, %r2, %r4;
setp.lt.u32 %p10, %r2, %r3;
@%p10 bra $L__BB7_13;
bra.uni $L__BB7_20;
$L__BB7_17:
div.u32 %r16, %r2, %r20;
mul.lo.s32 %r33, %r16, %r20;
sub.s32 %r17, %r2, %r33;
setp.ge.u32 %p11, %r17, %r22;
mov.f32 %f29, 0f00000000;
@%p11 bra $L__BB7_19;
cvt.u64.u32 %rd30, %r16;
cvt.u64.u32 %rd31, %r17;
mul.lo.s64 %rd32, %rd31, %rd3;
add.s64 %rd33, %rd32, %rd30;
shl.b64 %rd34, %rd33, 2;
add.s64 %rd35, %rd2, %rd34;
ld.global.f32 %f24, [%rd35];
sub.f32 %f25, %f24, %f10;
div.rn.f32 %f29, %f25, %f1;
$L__BB7_19:
mul.wide.u32 %rd36, %r2, 4;
add.s64 %rd37, %rd1, %rd36;
st.global.f32 [%rd37], %f29;
add.s32 %r2, %r2, %r4;
setp.lt.u32 %p12, %r2, %r3;
@%p12 bra $L__BB7_17;
$L__BB7_20:
ret;
}
.visible .entry normalise_f32_f16(
.param .u64 normalise_f32_f16_param_0,
.param .u64 normalise_f32_f16_param_1,
.param .u32 normalise_f32_f16_param_2,
.param .u32 normalise_f32_f16_param_3,
.param .u32 normalise_f32_f16_param_4,
.param .u32 normalise_f32_f16_param_5,
.param .u32 normalise_f32_f16_param_6,
.param .f32 normalise_f32_f16_param_7,
.param .f32 normalise_f32_f16_param_8,
.param .u32 normalise_f32_f16_param_9
)
{
.reg .pred %p<13>;
.reg .b16 %rs<5>;
.reg .f32 %f<34>;
.reg .b32 %r<38>;
.reg .b64 %rd<38>;
ld.param.u64 %rd4, [normalise_f32_f16_param_0];
ld.param.u64 %rd5, [normalise_f32_f16_param_1];
ld.param.u32 %r19, [normalise_f32_f16_param_2];
ld.param.u32 %r20, [normalise_f32_f16_param_3];
ld.param.u32 %r21, [normalise_f32_f16_param_4];
ld.param.u32 %r22, [normalise_f32_f16_param_5];
ld.param.u32 %r23, [normalise_f32_f16_param_6];
ld.param.f32 %f10, [normalise_f32_f16_param_7];
ld.param.f32 %f11, [normalise_f32_f16_param_8];
ld.param.u32 %r24, [normalise_f32_f16_param_9];
cvta.to.global.u64 %rd1, %rd5;
cvta.to.global.u64 %rd2, %rd4;
mov.u32 %r1, %ntid.x;
mov.u32 %r25, %ctaid.x;
mov.u32 %r26, %tid.x;
mad.lo.s32 %r2, %r25, %r1, %r26;
mul.lo.s32 %r3, %r20, %r19;
setp.ge.u32 %p1, %r2, %r3;
@%p1 bra $L__BB8_20;
setp.eq.s32 %p2, %r21, 0;
cvt.u64.u32 %rd3, %r23;
sub.f32 %f1, %f11, %f10;
mov.u32 %r27, %nctaid.x;
mul.lo.s32 %r4, %r27, %r1;
@%p2 bra $L__BB8_11;
setp.eq.s32 %p3, %r24, 0;
@%p3 bra $L__BB8_8;
$L__BB8_4:
div.u32 %r6, %r2, %r19;
setp.ge.u32 %p4, %r6, %r22;
mov.f32 %f30, 0f00000000;
@%p4 bra $L__BB8_6;
mul.lo.s32 %r28, %r6, %r19;
sub.s32 %r29, %r2, %r28;
cvt.u64.u32 %rd6, %r29;
cvt.u64.u32 %rd7, %r6;
mul.lo.s64 %rd8, %rd7, %rd3;
add.s64 %rd9, %rd8, %rd6;
shl.b64 %rd10, %rd9, 2;
add.s64 %rd11, %rd2, %rd10;
ld.global.f32 %f13, [%rd11];
sub.f32 %f14, %f13, %f10;
div.rn.f32 %f15, %f14, %f1;
cvt.sat.f32.f32 %f30, %f15;
$L__BB8_6:
cvt.rn.f16.f32 %rs1, %f30;
mul.wide.u32 %rd12, %r2, 2;
add.s64 %rd13, %rd1, %rd12;
st.global.u16 [%rd13], %rs1;
add.s32 %r2, %r2, %r4;
setp.lt.u32 %p5, %r2, %r3;
@%p5 bra $L__BB8_4;
bra.uni $L__BB8_20;
$L__BB8_8:
div.u32 %r9, %r2, %r19;
setp.ge.u32 %p6, %r9, %r22;
mov.f32 %f31, 0f00000000;
@%p6 bra $L__BB8_10;
mul.lo.s32 %r30, %r9, %r19;
sub.s32 %r31, %r2, %r30;
cvt.u64.u32 %rd14, %r31;
cvt.u64.u32 %rd15, %r9;
mul.lo.s64 %rd16, %rd15, %rd3;
add.s64 %rd17, %rd16, %rd14;
shl.b64 %rd18, %rd17, 2;
add.s64 %rd19, %rd2, %rd18;
ld.global.f32 %f18, [%rd19];
sub.f32 %f19, %f18, %f10;
div.rn.f32 %f31, %f19, %f1;
$L__BB8_10:
cvt.rn.f16.f32 %rs2, %f31;
mul.wide.u32 %rd20, %r2, 2;
add.s64 %rd21, %rd1, %rd20;
st.global.u16 [%rd21], %rs2;
add.s32 %r2, %r2, %r4;
setp.lt.u32 %p7, %r2, %r3;
@%p7 bra $L__BB8_8;
bra.uni $L__BB8_20;
$L__BB8_11:
setp.eq.s32 %p8, %r24, 0;
@%p8 bra $L__BB8_17;
$L__BB8_13:
div.u32 %r12, %r2, %r20;
mul.lo.s32 %r32, %r12, %r20;
sub.s32 %r13, %r2, %r32;
setp.ge.u32 %p9, %r13, %r22;
mov.f32 %f32, 0f00000000;
@%p9 bra $L__BB8_15;
cvt.u64.u32 %rd22, %r12;
cvt.u64.u32 %rd23, %r13;
mul.lo.s64 %rd24, %rd23, %rd3;
add.s64 %rd25, %rd24, %rd22;
shl.b64 %rd26, %rd25, 2;
add.s64 %rd27, %rd2, %rd26;
ld.global.f32 %f22, [%rd27];
sub.f32 %f23, %f22, %f10;
div.rn.f32 %f24, %f23, %f1;
cvt.sat.f32.f32 %f32, %f24;
$L__BB8_15:
cvt.rn.f16.f32 %rs3, %f32;
mul.wide.u32 %rd28, %r2, 2;
add.s64 %rd29, %rd1, %rd28;
st.global.u16 [%rd29], %rs3;
add.s32 %r2, %r2, %r4;
setp.lt.u32 %p10, %r2, %r3;
@%p10 bra $L__BB8_13;
bra.uni $L__BB8_20;
$L__BB8_17:
div.u32 %r16, %r2, %r20;
mul.lo.s32 %r33, %r16, %r20;
sub.s32 %r17, %r2, %r33;
setp.ge.u32 %p11, %r17, %r22;
mov.f32 %f33, 0f00000000;
@%p11 bra $L__BB8_19;
cvt.u64.u32 %rd30, %r16;
cvt.u64.u32 %rd31, %r17;
mul.lo.s64 %rd32, %rd31, %rd3;
add.s64 %rd33, %rd32, %rd30;
shl.b64 %rd34, %rd33, 2;
add.s64 %rd35, %rd2, %rd34;
ld.global.f32 %f27, [%rd35];
sub.f32 %f28, %f27, %f10;
div.rn.f32 %f33, %f28, %f1;
$L__BB8_19:
cvt.rn.f16.f32 %rs4, %f33;
mul.wide.u32 %rd36, %r2, 2;
add.s64 %rd37, %rd1, %rd36;
st.global.u16 [%rd37], %rs4;
add.s32 %r2, %r2, %r4;
setp.lt.u32 %p12, %r2, %r3;
@%p12 bra $L__BB8_17;
$L__BB8_20:
ret;
}
.visible .entry spread_2(
.param .u64 spread_2_param_0,
.param .u64 spread_2_param_1,
.param .u32 spread_2_param_2,
.param .u32 spread_2_param_3,
.param .u32 spread_2_param_4,
.param .u32 spread_2_param_5,
.param .u32 spread_2_param_6,
.param .u32 spread_2_param_7,
.param .u32 spread_2_param_8,
.param .u32 spread_2_param_9,
.param .u32 spread_2_param_10,
.param .u32 spread_2_param_11,
.param .u32 spread_2_param_12,
.param .u32 spread_2_param_13,
.param .u32 spread_2_param_14
)
{
.reg .pred %p<9>;
.reg .b16 %rs<9>;
.reg .b32 %r<95>;
.reg .b64 %rd<35>;
ld.param.u64 %rd5, [spread_2_param_0];
ld.param.u64 %rd6, [spread_2_param_1];
ld.param.u32 %r14, [spread_2_param_2];
ld.param.u32 %r15, [spread_2_param_3];
ld.param.u32 %r16, [spread_2_param_4];
ld.param.u32 %r17, [spread_2_param_5];
ld.param.u32 %r18, [spread_2_param_6];
ld.param.u32 %r19, [spread_2_param_7];
ld.param.u32 %r20, [spread_2_param_8];
ld.param.u32 %r21, [spread_2_param_9];
ld.param.u32 %r22, [spread_2_param_10];
ld.param.u32 %r23, [spread_2_param_11];
ld.param.u32 %r24, [spread_2_param_12];
ld.param.u32 %r25, [spread_2_param_13];
ld.param.u32 %r26, [spread_2_param_14];
mul.lo.s32 %r27, %r15, %r14;
mul.lo.s32 %r1, %r27, %r16;
div.u32 %r2, %r16, %r19;
div.u32 %r3, %r15, %r18;
mov.u32 %r28, %ntid.x;
mov.u32 %r29, %ctaid.x;
mov.u32 %r30, %tid.x;
mad.lo.s32 %r93, %r29, %r28, %r30;
add.s32 %r5, %r21, %r20;
mul.lo.s32 %r31, %r5, %r1;
setp.ge.u32 %p1, %r93, %r31;
@%p1 bra $L__BB9_10;
setp.eq.s32 %p2, %r26, 0;
@%p2 bra $L__BB9_6;
cvt.u64.u32 %rd1, %r1;
mul.lo.s32 %r32, %r2, %r3;
div.u32 %r33, %r14, %r17;
mul.lo.s32 %r34, %r32, %r33;
cvt.u64.u32 %rd2, %r34;
cvta.to.global.u64 %rd11, %rd5;
cvta.to.global.u64 %rd18, %rd6;
$L__BB9_3:
div.u32 %r7, %r93, %r1;
mul.lo.s32 %r35, %r7, %r1;
sub.s32 %r8, %r93, %r35;
setp.ge.u32 %p3, %r7, %r20;
mov.u16 %rs7, 0;
@%p3 bra $L__BB9_5;
div.u32 %r36, %r8, %r16;
mul.lo.s32 %r37, %r36, %r16;
sub.s32 %r38, %r8, %r37;
div.u32 %r39, %r36, %r15;
mul.lo.s32 %r40, %r39, %r15;
sub.s32 %r41, %r36, %r40;
setp.eq.s32 %p4, %r25, 0;
div.u32 %r42, %r39, %r17;
div.u32 %r43, %r41, %r18;
mad.lo.s32 %r44, %r42, %r3, %r43;
div.u32 %r45, %r38, %r19;
mad.lo.s32 %r46, %r44, %r2, %r45;
mul.lo.s32 %r47, %r42, %r17;
sub.s32 %r48, %r39, %r47;
mul.lo.s32 %r49, %r43, %r18;
sub.s32 %r50, %r41, %r49;
mad.lo.s32 %r51, %r48, %r18, %r50;
mul.lo.s32 %r52, %r45, %r19;
sub.s32 %r53, %r38, %r52;
mad.lo.s32 %r54, %r51, %r19, %r53;
mad.lo.s32 %r55, %r54, %r20, %r7;
selp.b32 %r56, %r7, %r55, %p4;
cvt.u64.u32 %rd7, %r56;
cvt.u64.u32 %rd8, %r46;
mul.lo.s64 %rd9, %rd7, %rd2;
add.s64 %rd10, %rd9, %rd8;
shl.b64 %rd12, %rd10, 1;
add.s64 %rd13, %rd11, %rd12;
ld.global.u16 %rs7, [%rd13];
$L__BB9_5:
add.s32 %r57, %r7, %r22;
cvt.u64.u32 %rd14, %r57;
mul.lo.s64 %rd15, %rd14, %rd1;
cvt.u64.u32 %rd16, %r8;
add.s64 %rd17, %rd15, %rd16;
shl.b64 %rd19, %rd17, 1;
add.s64 %rd20, %rd18, %rd19;
st.global.u16 [%rd20], %rs7;
mov.u32 %r59, %nctaid.x;
mad.lo.s32 %r93, %r59, %r28, %r93;
setp.lt.u32 %p5, %r93, %r31;
@%p5 bra $L__BB9_3;
bra.uni $L__BB9_10;
$L__BB9_6:
cvt.u64.u32 %rd3, %r24;
cvt.u64.u32 %rd4, %r23;
cvta.to.global.u64 %rd25, %rd5;
cvta.to.global.u64 %rd32, %rd6;
$L__BB9_7:
div.u32 %r11, %r93, %r5;
mul.lo.s32 %r64, %r11, %r5;
sub.s32 %r12, %r93, %r64;
setp.ge.u32 %p6, %r12, %r20;
mov.u16 %rs8, 0;
@%p6 bra $L__BB9_9;
div.u32 %r65, %r11, %r16;
mul.lo.s32 %r66, %r65, %r16;
sub.s32 %r67, %r11, %r66;
div.u32 %r68, %r65, %r15;
mul.lo.s32 %r69, %r68, %r15;
sub.s32 %r70, %r65, %r69;
setp.eq.s32 %p7, %r25, 0;
div.u32 %r71, %r68, %r17;
div.u32 %r72, %r70, %r18;
mad.lo.s32 %r73, %r71, %r3, %r72;
div.u32 %r74, %r67, %r19;
mad.lo.s32 %r75, %r73, %r2, %r74;
mul.lo.s32 %r76, %r71, %r17;
sub.s32 %r77, %r68, %r76;
mul.lo.s32 %r78, %r72, %r18;
sub.s32 %r79, %r70, %r78;
mad.lo.s32 %r80, %r77, %r18, %r79;
mul.lo.s32 %r81, %r74, %r19;
sub.s32 %r82, %r67, %r81;
mad.lo.s32 %r83, %r80, %r19, %r82;
mad.lo.s32 %r84, %r83, %r20, %r12;
selp.b32 %r85, %r12, %r84, %p7;
cvt.u64.u32 %rd21, %r85;
cvt.u64.u32 %rd22, %r75;
mul.lo.s64 %rd23, %rd22, %rd4;
add.s64 %rd24, %rd23, %rd21;
shl.b64 %rd26, %rd24, 1;
add.s64 %rd27, %rd25, %rd26;
ld.global.u16 %rs8, [%rd27];
$L__BB9_9:
add.s32 %r86, %r12, %r22;
cvt.u64.u32 %rd28, %r86;
cvt.u64.u32 %rd29, %r11;
mul.lo.s64 %rd30, %rd29, %rd3;
add.s64 %rd31, %rd30, %rd28;
shl.b64 %rd33, %rd31, 1;
add.s64 %rd34, %rd32, %rd33;
st.global.u16 [%rd34], %rs8;
mov.u32 %r88, %nctaid.x;
mad.lo.s32 %r93, %r88, %r28, %r93;
setp.lt.u32 %p8, %r93, %r31;
@%p8 bra $L__BB9_7;
$L__BB9_10:
ret;
}
.visible .entry spread_4(
.param .u64 spread_4_param_0,
.param .u64 spread_4_param_1,
.param .u32 spread_4_param_2,
.param .u32 spread_4_param_3,
.param .u32 spread_4_param_4,
.param .u32 spread_4_param_5,
.param .u32 spread_4_param_6,
.param .u32 spread_4_param_7,
.param .u32 spread_4_param_8,
.param .u32 spread_4_param_9,
.param .u32 spread_4_param_10,
.param .u32 spread_4_param_11,
.param .u32 spread_4_param_12,
.param .u32 spread_4_param_13,
.param .u32 spread_4_param_14
)
{
.reg .pred %p<9>;
.reg .b32 %r<103>;
.reg .b64 %rd<35>;
ld.param.u64 %rd5, [spread_4_param_0];
ld.param.u64 %rd6, [spread_4_param_1];
ld.param.u32 %r18, [spread_4_param_2];
ld.param.u32 %r19, [spread_4_param_3];
ld.param.u32 %r20, [spread_4_param_4];
ld.param.u32 %r21, [spread_4_param_5];
ld.param.u32 %r22, [spread_4_param_6];
ld.param.u32 %r23, [spread_4_param_7];
ld.param.u32 %r24, [spread_4_param_8];
ld.param.u32 %r25, [spread_4_param_9];
ld.param.u32 %r26, [spread_4_param_10];
ld.param.u32 %r27, [spread_4_param_11];
ld.param.u32 %r28, [spread_4_param_12];
ld.param.u32 %r29, [spread_4_param_13];
ld.param.u32 %r30, [spread_4_param_14];
mul.lo.s32 %r31, %r19, %r18;
mul.lo.s32 %r1, %r31, %r20;
div.u32 %r2, %r20, %r23;
div.u32 %r3, %r19, %r22;
mov.u32 %r32, %ntid.x;
mov.u32 %r33, %ctaid.x;
mov.u32 %r34, %tid.x;
mad.lo.s32 %r99, %r33, %r32, %r34;
add.s32 %r5, %r25, %r24;
mul.lo.s32 %r35, %r5, %r1;
setp.ge.u32 %p1, %r99, %r35;
@%p1 bra $L__BB10_10;
setp.eq.s32 %p2, %r30, 0;
@%p2 bra $L__BB10_6;
cvt.u64.u32 %rd1, %r1;
mul.lo.s32 %r36, %r2, %r3;
div.u32 %r37, %r18, %r21;
mul.lo.s32 %r38, %r36, %r37;
cvt.u64.u32 %rd2, %r38;
cvta.to.global.u64 %rd11, %rd5;
cvta.to.global.u64 %rd18, %rd6;
$L__BB10_3:
div.u32 %r7, %r99, %r1;
mul.lo.s32 %r40, %r7, %r1;
sub.s32 %r8, %r99, %r40;
setp.ge.u32 %p3, %r7, %r24;
mov.u32 %r100, 0;
@%p3 bra $L__BB10_5;
div.u32 %r41, %r8, %r20;
mul.lo.s32 %r42, %r41, %r20;
sub.s32 %r43, %r8, %r42;
div.u32 %r44, %r41, %r19;
mul.lo.s32 %r45, %r44, %r19;
sub.s32 %r46, %r41, %r45;
setp.eq.s32 %p4, %r29, 0;
div.u32 %r47, %r44, %r21;
div.u32 %r48, %r46, %r22;
mad.lo.s32 %r49, %r47, %r3, %r48;
div.u32 %r50, %r43, %r23;
mad.lo.s32 %r51, %r49, %r2, %r50;
mul.lo.s32 %r52, %r47, %r21;
sub.s32 %r53, %r44, %r52;
mul.lo.s32 %r54, %r48, %r22;
sub.s32 %r55, %r46, %r54;
mad.lo.s32 %r56, %r53, %r22, %r55;
mul.lo.s32 %r57, %r50, %r23;
sub.s32 %r58, %r43, %r57;
mad.lo.s32 %r59, %r56, %r23, %r58;
mad.lo.s32 %r60, %r59, %r24, %r7;
selp.b32 %r61, %r7, %r60, %p4;
cvt.u64.u32 %rd7, %r61;
cvt.u64.u32 %rd8, %r51;
mul.lo.s64 %rd9, %rd7, %rd2;
add.s64 %rd10, %rd9, %rd8;
shl.b64 %rd12, %rd10, 2;
add.s64 %rd13, %rd11, %rd12;
ld.global.u32 %r100, [%rd13];
$L__BB10_5:
add.s32 %r62, %r7, %r26;
cvt.u64.u32 %rd14, %r62;
mul.lo.s64 %rd15, %rd14, %rd1;
cvt.u64.u32 %rd16, %r8;
add.s64 %rd17, %rd15, %rd16;
shl.b64 %rd19, %rd17, 2;
add.s64 %rd20, %rd18, %rd19;
st.global.u32 [%rd20], %r100;
mov.u32 %r64, %nctaid.x;
mad.lo.s32 %r99, %r64, %r32, %r99;
setp.lt.u32 %p5, %r99, %r35;
@%p5 bra $L__BB10_3;
bra.uni $L__BB10_10;
$L__BB10_6:
cvt.u64.u32 %rd3, %r28;
cvt.u64.u32 %rd4, %r27;
cvta.to.global.u64 %rd25, %rd5;
cvta.to.global.u64 %rd32, %rd6;
$L__BB10_7:
div.u32 %r13, %r99, %r5;
mul.lo.s32 %r70, %r13, %r5;
sub.s32 %r14, %r99, %r70;
setp.ge.u32 %p6, %r14, %r24;
mov.u32 %r102, 0;
@%p6 bra $L__BB10_9;
div.u32 %r71, %r13, %r20;
mul.lo.s32 %r72, %r71, %r20;
sub.s32 %r73, %r13, %r72;
div.u32 %r74, %r71, %r19;
mul.lo.s32 %r75, %r74, %r19;
sub.s32 %r76, %r71, %r75;
setp.eq.s32 %p7, %r29, 0;
div.u32 %r77, %r74, %r21;
div.u32 %r78, %r76, %r22;
mad.lo.s32 %r79, %r77, %r3, %r78;
div.u32 %r80, %r73, %r23;
mad.lo.s32 %r81, %r79, %r2, %r80;
mul.lo.s32 %r82, %r77, %r21;
sub.s32 %r83, %r74, %r82;
mul.lo.s32 %r84, %r78, %r22;
sub.s32 %r85, %r76, %r84;
mad.lo.s32 %r86, %r83, %r22, %r85;
mul.lo.s32 %r87, %r80, %r23;
sub.s32 %r88, %r73, %r87;
mad.lo.s32 %r89, %r86, %r23, %r88;
mad.lo.s32 %r90, %r89, %r24, %r14;
selp.b32 %r91, %r14, %r90, %p7;
cvt.u64.u32 %rd21, %r91;
cvt.u64.u32 %rd22, %r81;
mul.lo.s64 %rd23, %rd22, %rd4;
add.s64 %rd24, %rd23, %rd21;
shl.b64 %rd26, %rd24, 2;
add.s64 %rd27, %rd25, %rd26;
ld.global.u32 %r102, [%rd27];
$L__BB10_9:
add.s32 %r92, %r14, %r26;
cvt.u64.u32 %rd28, %r92;
cvt.u64.u32 %rd29, %r13;
mul.lo.s64 %rd30, %rd29, %rd3;
add.s64 %rd31, %rd30, %rd28;
shl.b64 %rd33, %rd31, 2;
add.s64 %rd34, %rd32, %rd33;
st.global.u32 [%rd34], %r102;
mov.u32 %r94, %nctaid.x;
mad.lo.s32 %r99, %r94, %r32, %r99;
setp.lt.u32 %p8, %r99, %r35;
@%p8 bra $L__BB10_7;
$L__BB10_10:
ret;
}
.visible .entry spread_16(
.param .u64 spread_16_param_0,
.param .u64 spread_16_param_1,
.param .u32 spread_16_param_2,
.param .u32 spread_16_param_3,
.param .u32 spread_16_param_4,
.param .u32 spread_16_param_5,
.param .u32 spread_16_param_6,
.param .u32 spread_16_param_7,
.param .u32 spread_16_param_8,
.param .u32 spread_16_param_9,
.param .u32 spread_16_param_10,
.param .u32 spread_16_param_11,
.param .u32 spread_16_param_12,
.param .u32 spread_16_param_13,
.param .u32 spread_16_param_14
)
{
.reg .pred %p<9>;
.reg .b32 %r<135>;
.reg .b64 %rd<35>;
ld.param.u64 %rd5, [spread_16_param_0];
ld.param.u64 %rd6, [spread_16_param_1];
ld.param.u32 %r30, [spread_16_param_2];
ld.param.u32 %r31, [spread_16_param_3];
ld.param.u32 %r32, [spread_16_param_4];
ld.param.u32 %r33, [spread_16_param_5];
ld.param.u32 %r34, [spread_16_param_6];
ld.param.u32 %r35, [spread_16_param_7];
ld.param.u32 %r36, [spread_16_param_8];
ld.param.u32 %r37, [spread_16_param_9];
ld.param.u32 %r38, [spread_16_param_10];
ld.param.u32 %r39, [spread_16_param_11];
ld.param.u32 %r40, [spread_16_param_12];
ld.param.u32 %r41, [spread_16_param_13];
ld.param.u32 %r42, [spread_16_param_14];
mul.lo.s32 %r43, %r31, %r30;
mul.lo.s32 %r1, %r43, %r32;
div.u32 %r2, %r32, %r35;
div.u32 %r3, %r31, %r34;
mov.u32 %r44, %ntid.x;
mov.u32 %r45, %ctaid.x;
mov.u32 %r46, %tid.x;
mad.lo.s32 %r125, %r45, %r44, %r46;
add.s32 %r5, %r37, %r36;
mul.lo.s32 %r47, %r5, %r1;
setp.ge.u32 %p1, %r125, %r47;
@%p1 bra $L__BB11_10;
setp.eq.s32 %p2, %r42, 0;
@%p2 bra $L__BB11_6;
cvt.u64.u32 %rd1, %r1;
mul.lo.s32 %r48, %r2, %r3;
div.u32 %r49, %r30, %r33;
mul.lo.s32 %r50, %r48, %r49;
cvt.u64.u32 %rd2, %r50;
cvta.to.global.u64 %rd11, %rd5;
cvta.to.global.u64 %rd18, %rd6;
$L__BB11_3:
div.u32 %r7, %r125, %r1;
mul.lo.s32 %r55, %r7, %r1;
sub.s32 %r8, %r125, %r55;
setp.ge.u32 %p3, %r7, %r36;
mov.u32 %r126, 0;
mov.u32 %r127, %r126;
mov.u32 %r128, %r126;
mov.u32 %r129, %r126;
@%p3 bra $L__BB11_5;
div.u32 %r56, %r8, %r32;
mul.lo.s32 %r57, %r56, %r32;
sub.s32 %r58, %r8, %r57;
div.u32 %r59, %r56, %r31;
mul.lo.s32 %r60, %r59, %r31;
sub.s32 %r61, %r56, %r60;
setp.eq.s32 %p4, %r41, 0;
div.u32 %r62, %r59, %r33;
div.u32 %r63, %r61, %r34;
mad.lo.s32 %r64, %r62, %r3, %r63;
div.u32 %r65, %r58, %r35;
mad.lo.s32 %r66, %r64, %r2, %r65;
mul.lo.s32 %r67, %r62, %r33;
sub.s32 %r68, %r59, %r67;
mul.lo.s32 %r69, %r63, %r34;
sub.s32 %r70, %r61, %r69;
mad.lo.s32 %r71, %r68, %r34, %r70;
mul.lo.s32 %r72, %r65, %r35;
sub.s32 %r73, %r58, %r72;
mad.lo.s32 %r74, %r71, %r35, %r73;
mad.lo.s32 %r75, %r74, %r36, %r7;
selp.b32 %r76, %r7, %r75, %p4;
cvt.u64.u32 %rd7, %r76;
cvt.u64.u32 %rd8, %r66;
mul.lo.s64 %rd9, %rd7, %rd2;
add.s64 %rd10, %rd9, %rd8;
shl.b64 %rd12, %rd10, 4;
add.s64 %rd13, %rd11, %rd12;
ld.global.v4.u32 {%r126, %r127, %r128, %r129}, [%rd13];
$L__BB11_5:
add.s32 %r81, %r7, %r38;
cvt.u64.u32 %rd14, %r81;
mul.lo.s64 %rd15, %rd14, %rd1;
cvt.u64.u32 %rd16, %r8;
add.s64 %rd17, %rd15, %rd16;
shl.b64 %rd19, %rd17, 4;
add.s64 %rd20, %rd18, %rd19;
st.global.v4.u32 [%rd20], {%r126, %r127, %r128, %r129};
mov.u32 %r83, %nctaid.x;
mad.lo.s32 %r125, %r83, %r44, %r125;
setp.lt.u32 %p5, %r125, %r47;
@%p5 bra $L__BB11_3;
bra.uni $L__BB11_10;
$L__BB11_6:
cvt.u64.u32 %rd3, %r40;
cvt.u64.u32 %rd4, %r39;
cvta.to.global.u64 %rd25, %rd5;
cvta.to.global.u64 %rd32, %rd6;
$L__BB11_7:
div.u32 %r19, %r125, %r5;
mul.lo.s32 %r92, %r19, %r5;
sub.s32 %r20, %r125, %r92;
setp.ge.u32 %p6, %r20, %r36;
mov.u32 %r131, 0;
mov.u32 %r132, %r131;
mov.u32 %r133, %r131;
mov.u32 %r134, %r131;
@%p6 bra $L__BB11_9;
div.u32 %r93, %r19, %r32;
mul.lo.s32 %r94, %r93, %r32;
sub.s32 %r95, %r19, %r94;
div.u32 %r96, %r93, %r31;
mul.lo.s32 %r97, %r96, %r31;
sub.s32 %r98, %r93, %r97;
setp.eq.s32 %p7, %r41, 0;
div.u32 %r99, %r96, %r33;
div.u32 %r100, %r98, %r34;
mad.lo.s32 %r101, %r99, %r3, %r100;
div.u32 %r102, %r95, %r35;
mad.lo.s32 %r103, %r101, %r2, %r102;
mul.lo.s32 %r104, %r99, %r33;
sub.s32 %r105, %r96, %r104;
mul.lo.s32 %r106, %r100, %r34;
sub.s32 %r107, %r98, %r106;
mad.lo.s32 %r108, %r105, %r34, %r107;
mul.lo.s32 %r109, %r102, %r35;
sub.s32 %r110, %r95, %r109;
mad.lo.s32 %r111, %r108, %r35, %r110;
mad.lo.s32 %r112, %r111, %r36, %r20;
selp.b32 %r113, %r20, %r112, %p7;
cvt.u64.u32 %rd21, %r113;
cvt.u64.u32 %rd22, %r103;
mul.lo.s64 %rd23, %rd22, %rd4;
add.s64 %rd24, %rd23, %rd21;
shl.b64 %rd26, %rd24, 4;
add.s64 %rd27, %rd25, %rd26;
ld.global.v4.u32 {%r131, %r132, %r133, %r134}, [%rd27];
$L__BB11_9:
add.s32 %r118, %r20, %r38;
cvt.u64.u32 %rd28, %r118;
cvt.u64.u32 %rd29, %r19;
mul.lo.s64 %rd30, %rd29, %rd3;
add.s64 %rd31, %rd30, %rd28;
shl.b64 %rd33, %rd31, 4;
add.s64 %rd34, %rd32, %rd33;
st.global.v4.u32 [%rd34], {%r131, %r132, %r133, %r134};
mov.u32 %r120, %nctaid.x;
mad.lo.s32 %r125, %r120, %r44, %r125;
setp.lt.u32 %p8, %r125, %r47;
@%p8 bra $L__BB11_7;
$L__BB11_10:
ret;
}
.visible .entry pool_f32(
.param .u64 pool_f32_param_0,
.param .u64 pool_f32_param_1,
.param .u32 pool_f32_param_2,
.param .u32 pool_f32_param_3,
.param .u32 pool_f32_param_4,
.param .u32 pool_f32_param_5,
.param .u32 pool_f32_param_6,
.param .u32 pool_f32_param_7,
.param .u32 pool_f32_param_8,
.param .u32 pool_f32_param_9,
.param .u32 pool_f32_param_10,
.param .u32 pool_f32_param_11,
.param .u32 pool_f32_param_12
)
{
.reg .pred %p<35>;
.reg .f32 %f<61>;
.reg .b32 %r<104>;
.reg .b64 %rd<74>;
ld.param.u64 %rd8, [pool_f32_param_0];
ld.param.u64 %rd7, [pool_f32_param_1];
ld.param.u32 %r52, [pool_f32_param_2];
ld.param.u32 %r42, [pool_f32_param_3];
ld.param.u32 %r43, [pool_f32_param_4];
ld.param.u32 %r44, [pool_f32_param_5];
ld.param.u32 %r45, [pool_f32_param_6];
ld.param.u32 %r46, [pool_f32_param_7];
ld.param.u32 %r47, [pool_f32_param_8];
ld.param.u32 %r48, [pool_f32_param_9];
ld.param.u32 %r49, [pool_f32_param_10];
ld.param.u32 %r50, [pool_f32_param_11];
cvta.to.global.u64 %rd1, %rd8;
mul.lo.s32 %r53, %r42, %r52;
mul.lo.s32 %r1, %r53, %r43;
mov.u32 %r2, %ntid.x;
mov.u32 %r54, %ctaid.x;
mov.u32 %r55, %tid.x;
mad.lo.s32 %r92, %r54, %r2, %r55;
mul.lo.s32 %r4, %r1, %r47;
setp.ge.u32 %p1, %r92, %r4;
@%p1 bra $L__BB12_30;
mov.u32 %r56, %nctaid.x;
mul.lo.s32 %r5, %r56, %r2;
mul.lo.s32 %r57, %r45, %r44;
mul.lo.s32 %r58, %r57, %r46;
cvt.u64.u32 %rd2, %r58;
cvt.u64.u32 %rd3, %r47;
add.s32 %r6, %r50, -1;
and.b32 %r7, %r50, 3;
sub.s32 %r8, %r50, %r7;
cvta.to.global.u64 %rd4, %rd7;
$L__BB12_2:
ld.param.u32 %r88, [pool_f32_param_12];
setp.eq.s32 %p2, %r88, 0;
@%p2 bra $L__BB12_4;
div.u32 %r94, %r92, %r1;
mul.lo.s32 %r59, %r94, %r1;
sub.s32 %r93, %r92, %r59;
bra.uni $L__BB12_5;
$L__BB12_4:
ld.param.u32 %r90, [pool_f32_param_8];
div.u32 %r93, %r92, %r90;
mul.lo.s32 %r60, %r93, %r90;
sub.s32 %r94, %r92, %r60;
$L__BB12_5:
setp.eq.s32 %p3, %r48, 0;
mov.f32 %f53, 0fFF800000;
@%p3 bra $L__BB12_29;
ld.param.u32 %r89, [pool_f32_param_4];
div.u32 %r16, %r93, %r89;
setp.eq.s32 %p4, %r49, 0;
mul.lo.s32 %r61, %r16, %r89;
sub.s32 %r62, %r93, %r61;
mul.lo.s32 %r17, %r62, %r50;
cvt.u64.u32 %rd5, %r94;
mul.lo.s64 %rd6, %rd5, %rd2;
@%p4 bra $L__BB12_29;
div.u32 %r64, %r16, %r42;
mul.lo.s32 %r65, %r64, %r42;
sub.s32 %r66, %r16, %r65;
mul.lo.s32 %r18, %r66, %r49;
mul.lo.s32 %r19, %r64, %r48;
mov.f32 %f53, 0fFF800000;
mov.u32 %r95, 0;
$L__BB12_8:
add.s32 %r67, %r95, %r19;
mad.lo.s32 %r21, %r67, %r45, %r18;
setp.eq.s32 %p5, %r50, 0;
@%p5 bra $L__BB12_28;
@%p2 bra $L__BB12_19;
mov.u32 %r68, 0;
mov.u32 %r96, %r68;
$L__BB12_11:
add.s32 %r70, %r21, %r96;
mad.lo.s32 %r23, %r70, %r46, %r17;
setp.lt.u32 %p7, %r6, 3;
mov.u32 %r99, %r68;
@%p7 bra $L__BB12_14;
mov.u32 %r99, 0;
mov.u32 %r98, %r8;
$L__BB12_13:
add.s32 %r72, %r23, %r99;
cvt.u64.u32 %rd9, %r72;
add.s64 %rd10, %rd6, %rd9;
shl.b64 %rd11, %rd10, 2;
add.s64 %rd12, %rd1, %rd11;
ld.global.f32 %f26, [%rd12];
setp.gt.f32 %p8, %f26, %f53;
selp.f32 %f27, %f26, %f53, %p8;
add.s32 %r73, %r72, 1;
cvt.u64.u32 %rd13, %r73;
add.s64 %rd14, %rd6, %rd13;
shl.b64 %rd15, %rd14, 2;
add.s64 %rd16, %rd1, %rd15;
ld.global.f32 %f28, [%rd16];
setp.gt.f32 %p9, %f28, %f27;
selp.f32 %f29, %f28, %f27, %p9;
add.s32 %r74, %r72, 2;
cvt.u64.u32 %rd17, %r74;
add.s64 %rd18, %rd6, %rd17;
shl.b64 %rd19, %rd18, 2;
add.s64 %rd20, %rd1, %rd19;
ld.global.f32 %f30, [%rd20];
setp.gt.f32 %p10, %f30, %f29;
selp.f32 %f31, %f30, %f29, %p10;
add.s32 %r75, %r72, 3;
cvt.u64.u32 %rd21, %r75;
add.s64 %rd22, %rd6, %rd21;
shl.b64 %rd23, %rd22, 2;
add.s64 %rd24, %rd1, %rd23;
ld.global.f32 %f32, [%rd24];
setp.gt.f32 %p11, %f32, %f31;
selp.f32 %f53, %f32, %f31, %p11;
add.s32 %r99, %r99, 4;
add.s32 %r98, %r98, -4;
setp.ne.s32 %p12, %r98, 0;
@%p12 bra $L__BB12_13;
$L__BB12_14:
setp.eq.s32 %p13, %r7, 0;
@%p13 bra $L__BB12_18;
setp.eq.s32 %p14, %r7, 1;
add.s32 %r29, %r23, %r99;
cvt.u64.u32 %rd25, %r29;
add.s64 %rd26, %rd6, %rd25;
shl.b64 %rd27, %rd26, 2;
add.s64 %rd28, %rd1, %rd27;
ld.global.f32 %f33, [%rd28];
setp.gt.f32 %p15, %f33, %f53;
selp.f32 %f53, %f33, %f53, %p15;
@%p14 bra $L__BB12_18;
setp.eq.s32 %p16, %r7, 2;
add.s32 %r76, %r29, 1;
cvt.u64.u32 %rd29, %r76;
add.s64 %rd30, %rd6, %rd29;
shl.b64 %rd31, %rd30, 2;
add.s64 %rd32, %rd1, %rd31;
ld.global.f32 %f34, [%rd32];
setp.gt.f32 %p17, %f34, %f53;
selp.f32 %f53, %f34, %f53, %p17;
@%p16 bra $L__BB12_18;
add.s32 %r77, %r29, 2;
cvt.u64.u32 %rd33, %r77;
add.s64 %rd34, %rd6, %rd33;
shl.b64 %rd35, %rd34, 2;
add.s64 %rd36, %rd1, %rd35;
ld.global.f32 %f35, [%rd36];
setp.gt.f32 %p18, %f35, %f53;
selp.f32 %f53, %f35, %f53, %p18;
$L__BB12_18:
add.s32 %r96, %r96, 1;
setp.lt.u32 %p19, %r96, %r49;
@%p19 bra $L__BB12_11;
bra.uni $L__BB12_28;
$L__BB12_19:
mov.u32 %r100, 0;
$L__BB12_20:
mov.u32 %r103, 0;
add.s32 %r80, %r21, %r100;
mad.lo.s32 %r32, %r80, %r46, %r17;
setp.lt.u32 %p20, %r6, 3;
@%p20 bra $L__BB12_23;
mov.u32 %r103, 0;
mov.u32 %r102, %r8;
$L__BB12_22:
add.s32 %r82, %r32, %r103;
cvt.u64.u32 %rd37, %r82;
mul.lo.s64 %rd38, %rd37, %rd3;
add.s64 %rd39, %rd38, %rd5;
shl.b64 %rd40, %rd39, 2;
add.s64 %rd41, %rd1, %rd40;
ld.global.f32 %f37, [%rd41];
setp.gt.f32 %p21, %f37, %f53;
selp.f32 %f38, %f37, %f53, %p21;
add.s32 %r83, %r82, 1;
cvt.u64.u32 %rd42, %r83;
mul.lo.s64 %rd43, %rd42, %rd3;
add.s64 %rd44, %rd43, %rd5;
shl.b64 %rd45, %rd44, 2;
add.s64 %rd46, %rd1, %rd45;
ld.global.f32 %f39, [%rd46];
setp.gt.f32 %p22, %f39, %f38;
selp.f32 %f40, %f39, %f38, %p22;
add.s32 %r84, %r82, 2;
cvt.u64.u32 %rd47, %r84;
mul.lo.s64 %rd48, %rd47, %rd3;
add.s64 %rd49, %rd48, %rd5;
shl.b64 %rd50, %rd49, 2;
add.s64 %rd51, %rd1, %rd50;
ld.global.f32 %f41, [%rd51];
setp.gt.f32 %p23, %f41, %f40;
selp.f32 %f42, %f41, %f40, %p23;
add.s32 %r85, %r82, 3;
cvt.u64.u32 %rd52, %r85;
mul.lo.s64 %rd53, %rd52, %rd3;
add.s64 %rd54, %rd53, %rd5;
shl.b64 %rd55, %rd54, 2;
add.s64 %rd56, %rd1, %rd55;
ld.global.f32 %f43, [%rd56];
setp.gt.f32 %p24, %f43, %f42;
selp.f32 %f53, %f43, %f42, %p24;
add.s32 %r103, %r103, 4;
add.s32 %r102, %r102, -4;
setp.ne.s32 %p25, %r102, 0;
@%p25 bra $L__BB12_22;
$L__BB12_23:
setp.eq.s32 %p26, %r7, 0;
@%p26 bra $L__BB12_27;
setp.eq.s32 %p27, %r7, 1;
add.s32 %r38, %r32, %r103;
cvt.u64.u32 %rd57, %r38;
mul.lo.s64 %rd58, %rd57, %rd3;
add.s64 %rd59, %rd58, %rd5;
shl.b64 %rd60, %rd59, 2;
add.s64 %rd61, %rd1, %rd60;
ld.global.f32 %f44, [%rd61];
setp.gt.f32 %p28, %f44, %f53;
selp.f32 %f53, %f44, %f53, %p28;
@%p27 bra $L__BB12_27;
setp.eq.s32 %p29, %r7, 2;
add.s32 %r86, %r38, 1;
cvt.u64.u32 %rd62, %r86;
mul.lo.s64 %rd63, %rd62, %rd3;
add.s64 %rd64, %rd63, %rd5;
shl.b64 %rd65, %rd64, 2;
add.s64 %rd66, %rd1, %rd65;
ld.global.f32 %f45, [%rd66];
setp.gt.f32 %p30, %f45, %f53;
selp.f32 %f53, %f45, %f53, %p30;
@%p29 bra $L__BB12_27;
add.s32 %r87, %r38, 2;
cvt.u64.u32 %rd67, %r87;
mul.lo.s64 %rd68, %rd67, %rd3;
add.s64 %rd69, %rd68, %rd5;
shl.b64 %rd70, %rd69, 2;
add.s64 %rd71, %rd1, %rd70;
ld.global.f32 %f46, [%rd71];
setp.gt.f32 %p31, %f46, %f53;
selp.f32 %f53, %f46, %f53, %p31;
$L__BB12_27:
add.s32 %r100, %r100, 1;
setp.lt.u32 %p32, %r100, %r49;
@%p32 bra $L__BB12_20;
$L__BB12_28:
add.s32 %r95, %r95, 1;
setp.lt.u32 %p33, %r95, %r48;
@%p33 bra $L__BB12_8;
$L__BB12_29:
mul.wide.u32 %rd72, %r92, 4;
add.s64 %rd73, %rd4, %rd72;
st.global.f32 [%rd73], %f53;
add.s32 %r92, %r92, %r5;
setp.lt.u32 %p34, %r92, %r4;
@%p34 bra $L__BB12_2;
$L__BB12_30:
ret;
}
.visible .entry combine_f32(
.param .u64 combine_f32_param_0,
.param .u64 combine_f32_param_1,
.param .u64 combine_f32_param_2,
.param .u64 combine_f32_param_3,
.param .u32 combine_f32_param_4,
.param .u32 combine_f32_param_5,
.param .u32 combine_f32_param_6,
.param .u32 combine_f32_param_7
)
{
.reg .pred %p<13>;
.reg .f32 %f<24>;
.reg .b32 %r<36>;
.reg .b64 %rd<29>;
ld.param.u64 %rd10, [combine_f32_param_0];
ld.param.u64 %rd8, [combine_f32_param_1];
ld.param.u64 %rd9, [combine_f32_param_2];
ld.param.u64 %rd11, [combine_f32_param_3];
ld.param.u32 %r17, [combine_f32_param_4];
ld.param.u32 %r18, [combine_f32_param_5];
ld.param.u32 %r19, [combine_f32_param_6];
ld.param.u32 %r20, [combine_f32_param_7];
cvta.to.global.u64 %rd1, %rd11;
cvta.to.global.u64 %rd2, %rd9;
cvta.to.global.u64 %rd3, %rd10;
mov.u32 %r1, %ntid.x;
mov.u32 %r21, %ctaid.x;
mov.u32 %r22, %tid.x;
mad.lo.s32 %r31, %r21, %r1, %r22;
mul.lo.s32 %r3, %r18, %r17;
setp.ge.u32 %p1, %r31, %r3;
@%p1 bra $L__BB13_23;
setp.eq.s64 %p2, %rd8, 0;
mov.u32 %r23, %nctaid.x;
mul.lo.s32 %r4, %r23, %r1;
@%p2 bra $L__BB13_11;
cvta.to.global.u64 %rd4, %rd8;
$L__BB13_3:
cvt.u64.u32 %rd5, %r31;
mul.wide.u32 %rd12, %r31, 4;
add.s64 %rd13, %rd3, %rd12;
add.s64 %rd14, %rd4, %rd12;
ld.global.f32 %f13, [%rd14];
ld.global.f32 %f14, [%rd13];
add.f32 %f21, %f14, %f13;
setp.eq.s64 %p3, %rd9, 0;
@%p3 bra $L__BB13_8;
setp.eq.s32 %p4, %r20, 0;
@%p4 bra $L__BB13_6;
cvt.u32.u64 %r24, %rd5;
div.u32 %r32, %r24, %r17;
bra.uni $L__BB13_7;
$L__BB13_6:
cvt.u32.u64 %r25, %rd5;
rem.u32 %r32, %r25, %r18;
$L__BB13_7:
mul.wide.u32 %rd15, %r32, 4;
add.s64 %rd16, %rd2, %rd15;
ld.global.f32 %f15, [%rd16];
add.f32 %f21, %f21, %f15;
$L__BB13_8:
setp.eq.s32 %p5, %r19, 0;
@%p5 bra $L__BB13_10;
mov.f32 %f16, 0f00000000;
max.f32 %f21, %f21, %f16;
$L__BB13_10:
shl.b64 %rd17, %rd5, 2;
add.s64 %rd18, %rd1, %rd17;
st.global.f32 [%rd18], %f21;
cvt.u32.u64 %r26, %rd5;
add.s32 %r31, %r26, %r4;
setp.lt.u32 %p6, %r31, %r3;
@%p6 bra $L__BB13_3;
bra.uni $L__BB13_23;
$L__BB13_11:
setp.eq.s64 %p7, %rd9, 0;
@%p7 bra $L__BB13_20;
$L__BB13_13:
cvt.u64.u32 %rd6, %r31;
mul.wide.u32 %rd19, %r31, 4;
add.s64 %rd20, %rd3, %rd19;
ld.global.f32 %f6, [%rd20];
setp.eq.s32 %p8, %r20, 0;
@%p8 bra $L__BB13_15;
cvt.u32.u64 %r27, %rd6;
div.u32 %r34, %r27, %r17;
bra.uni $L__BB13_16;
$L__BB13_15:
cvt.u32.u64 %r28, %rd6;
rem.u32 %r34, %r28, %r18;
$L__BB13_16:
mul.wide.u32 %rd21, %r34, 4;
add.s64 %rd22, %rd2, %rd21;
ld.global.f32 %f17, [%rd22];
add.f32 %f22, %f6, %f17;
setp.eq.s32 %p9, %r19, 0;
@%p9 bra $L__BB13_18;
mov.f32 %f18, 0f00000000;
max.f32 %f22, %f22, %f18;
$L__BB13_18:
shl.b64 %rd23, %rd6, 2;
add.s64 %rd24, %rd1, %rd23;
st.global.f32 [%rd24], %f22;
cvt.u32.u64 %r29, %rd6;
add.s32 %r31, %r29, %r4;
setp.lt.u32 %p10, %r31, %r3;
@%p10 bra $L__BB13_13;
bra.uni $L__BB13_23;
$L__BB13_20:
cvt.u64.u32 %rd7, %r31;
mul.wide.u32 %rd25, %r31, 4;
add.s64 %rd26, %rd3, %rd25;
ld.global.f32 %f23, [%rd26];
setp.eq.s32 %p11, %r19, 0;
@%p11 bra $L__BB13_22;
mov.f32 %f19, 0f00000000;
max.f32 %f23, %f23, %f19;
$L__BB13_22:
shl.b64 %rd27, %rd7, 2;
add.s64 %rd28, %rd1, %rd27;
st.global.f32 [%rd28], %f23;
cvt.u32.u64 %r30, %rd7;
add.s32 %r31, %r30, %r4;
setp.lt.u32 %p12, %r31, %r3;
@%p12 bra $L__BB13_20;
$L__BB13_23:
ret;
}
.visible .entry affine_f32(
.param .u64 affine_f32_param_0,
.param .u64 affine_f32_param_1,
.param .u64 affine_f32_param_2,
.param .u64 affine_f32_param_3,
.param .u32 affine_f32_param_4,
.param .u32 affine_f32_param_5,
.param .u32 affine_f32_param_6,
.param .u32 affine_f32_param_7
)
{
.reg .pred %p<9>;
.reg .f32 %f<21>;
.reg .b32 %r<28>;
.reg .b64 %rd<33>;
ld.param.u64 %rd5, [affine_f32_param_0];
ld.param.u64 %rd6, [affine_f32_param_1];
ld.param.u64 %rd7, [affine_f32_param_2];
ld.param.u64 %rd8, [affine_f32_param_3];
ld.param.u32 %r13, [affine_f32_param_4];
ld.param.u32 %r14, [affine_f32_param_5];
ld.param.u32 %r15, [affine_f32_param_6];
ld.param.u32 %r16, [affine_f32_param_7];
cvta.to.global.u64 %rd1, %rd8;
cvta.to.global.u64 %rd2, %rd7;
cvta.to.global.u64 %rd3, %rd6;
cvta.to.global.u64 %rd4, %rd5;
mov.u32 %r1, %ntid.x;
mov.u32 %r17, %ctaid.x;
mov.u32 %r18, %tid.x;
mad.lo.s32 %r2, %r17, %r1, %r18;
mul.lo.s32 %r3, %r14, %r13;
setp.ge.u32 %p1, %r2, %r3;
@%p1 bra $L__BB14_12;
setp.eq.s32 %p2, %r16, 0;
mov.u32 %r19, %nctaid.x;
mul.lo.s32 %r4, %r19, %r1;
@%p2 bra $L__BB14_7;
setp.eq.s32 %p3, %r15, 0;
@%p3 bra $L__BB14_6;
$L__BB14_4:
mul.wide.u32 %rd9, %r2, 4;
add.s64 %rd10, %rd4, %rd9;
div.u32 %r20, %r2, %r13;
mul.wide.u32 %rd11, %r20, 4;
add.s64 %rd12, %rd3, %rd11;
ld.global.f32 %f1, [%rd12];
ld.global.f32 %f2, [%rd10];
add.s64 %rd13, %rd2, %rd11;
ld.global.f32 %f3, [%rd13];
fma.rn.f32 %f4, %f2, %f1, %f3;
mov.f32 %f5, 0f00000000;
max.f32 %f6, %f4, %f5;
add.s64 %rd14, %rd1, %rd9;
st.global.f32 [%rd14], %f6;
add.s32 %r2, %r2, %r4;
setp.lt.u32 %p4, %r2, %r3;
@%p4 bra $L__BB14_4;
bra.uni $L__BB14_12;
$L__BB14_6:
mul.wide.u32 %rd15, %r2, 4;
add.s64 %rd16, %rd4, %rd15;
div.u32 %r21, %r2, %r13;
mul.wide.u32 %rd17, %r21, 4;
add.s64 %rd18, %rd3, %rd17;
ld.global.f32 %f7, [%rd18];
ld.global.f32 %f8, [%rd16];
add.s64 %rd19, %rd2, %rd17;
ld.global.f32 %f9, [%rd19];
fma.rn.f32 %f10, %f8, %f7, %f9;
add.s64 %rd20, %rd1, %rd15;
st.global.f32 [%rd20], %f10;
add.s32 %r2, %r2, %r4;
setp.lt.u32 %p5, %r2, %r3;
@%p5 bra $L__BB14_6;
bra.uni $L__BB14_12;
$L__BB14_7:
setp.eq.s32 %p6, %r15, 0;
@%p6 bra $L__BB14_11;
$L__BB14_9:
mul.wide.u32 %rd21, %r2, 4;
add.s64 %rd22, %rd4, %rd21;
rem.u32 %r22, %r2, %r14;
mul.wide.u32 %rd23, %r22, 4;
add.s64 %rd24, %rd3, %rd23;
ld.global.f32 %f11, [%rd24];
ld.global.f32 %f12, [%rd22];
add.s64 %rd25, %rd2, %rd23;
ld.global.f32 %f13, [%rd25];
fma.rn.f32 %f14, %f12, %f11, %f13;
mov.f32 %f15, 0f00000000;
max.f32 %f16, %f14, %f15;
add.s64 %rd26, %rd1, %rd21;
st.global.f32 [%rd26], %f16;
add.s32 %r2, %r2, %r4;
setp.lt.u32 %p7, %r2, %r3;
@%p7 bra $L__BB14_9;
bra.uni $L__BB14_12;
$L__BB14_11:
mul.wide.u32 %rd27, %r2, 4;
add.s64 %rd28, %rd4, %rd27;
rem.u32 %r23, %r2, %r14;
mul.wide.u32 %rd29, %r23, 4;
add.s64 %rd30, %rd3, %rd29;
ld.global.f32 %f17, [%rd30];
ld.global.f32 %f18, [%rd28];
add.s64 %rd31, %rd2, %rd29;
ld.global.f32 %f19, [%rd31];
fma.rn.f32 %f20, %f18, %f17, %f19;
add.s64 %rd32, %rd1, %rd27;
st.global.f32 [%rd32], %f20;
add.s32 %r2, %r2, %r4;
setp.lt.u32 %p8, %r2, %r3;
@%p8 bra $L__BB14_11;
$L__BB14_12:
ret;
}
.visible .entry depthwise_f32(
.param .u64 depthwise_f32_param_0,
.param .u64 depthwise_f32_param_1,
.param .u64 depthwise_f32_param_2,
.param .u64 depthwise_f32_param_3,
.param .u32 depthwise_f32_param_4,
.param .u32 depthwise_f32_param_5,
.param .u32 depthwise_f32_param_6,
.param .u32 depthwise_f32_param_7,
.param .u32 depthwise_f32_param_8,
.param .u32 depthwise_f32_param_9,
.param .u32 depthwise_f32_param_10,
.param .u32 depthwise_f32_param_11,
.param .u32 depthwise_f32_param_12,
.param .u32 depthwise_f32_param_13,
.param .u32 depthwise_f32_param_14,
.param .u32 depthwise_f32_param_15,
.param .u32 depthwise_f32_param_16,
.param .u32 depthwise_f32_param_17,
.param .u32 depthwise_f32_param_18,
.param .u32 depthwise_f32_param_19,
.param .u32 depthwise_f32_param_20,
.param .u32 depthwise_f32_param_21,
.param .u32 depthwise_f32_param_22,
.param .u32 depthwise_f32_param_23,
.param .u32 depthwise_f32_param_24
)
{
.reg .pred %p<42>;
.reg .f32 %f<101>;
.reg .b32 %r<216>;
.reg .b64 %rd<127>;
ld.param.u64 %rd9, [depthwise_f32_param_0];
ld.param.u64 %rd10, [depthwise_f32_param_1];
ld.param.u64 %rd7, [depthwise_f32_param_2];
ld.param.u64 %rd8, [depthwise_f32_param_3];
ld.param.u32 %r100, [depthwise_f32_param_4];
ld.param.u32 %r80, [depthwise_f32_param_5];
ld.param.u32 %r81, [depthwise_f32_param_6];
ld.param.u32 %r82, [depthwise_f32_param_7];
ld.param.u32 %r83, [depthwise_f32_param_8];
ld.param.u32 %r84, [depthwise_f32_param_9];
ld.param.u32 %r85, [depthwise_f32_param_10];
ld.param.u32 %r86, [depthwise_f32_param_11];
ld.param.u32 %r87, [depthwise_f32_param_12];
ld.param.u32 %r88, [depthwise_f32_param_13];
ld.param.u32 %r89, [depthwise_f32_param_14];
ld.param.u32 %r90, [depthwise_f32_param_15];
ld.param.u32 %r91, [depthwise_f32_param_16];
cvta.to.global.u64 %rd1, %rd10;
cvta.to.global.u64 %rd2, %rd9;
mul.lo.s32 %r101, %r80, %r100;
mul.lo.s32 %r1, %r101, %r81;
mov.u32 %r2, %ntid.x;
mov.u32 %r102, %ctaid.x;
mov.u32 %r103, %tid.x;
mad.lo.s32 %r201, %r102, %r2, %r103;
mul.lo.s32 %r4, %r1, %r86;
setp.ge.u32 %p1, %r201, %r4;
@%p1 bra $L__BB15_61;
mul.lo.s32 %r104, %r83, %r82;
mul.lo.s32 %r105, %r104, %r84;
cvt.u64.u32 %rd3, %r105;
cvt.u64.u32 %rd4, %r85;
mov.u32 %r106, %nctaid.x;
mul.lo.s32 %r5, %r106, %r2;
add.s32 %r6, %r91, -1;
and.b32 %r7, %r91, 3;
mul.lo.s32 %r10, %r91, %r87;
sub.s32 %r11, %r7, %r91;
cvta.to.global.u64 %rd5, %rd7;
cvta.to.global.u64 %rd6, %rd8;
$L__BB15_2:
ld.param.u32 %r185, [depthwise_f32_param_24];
setp.eq.s32 %p2, %r185, 0;
@%p2 bra $L__BB15_4;
div.u32 %r203, %r201, %r1;
mul.lo.s32 %r107, %r203, %r1;
sub.s32 %r202, %r201, %r107;
bra.uni $L__BB15_5;
$L__BB15_4:
ld.param.u32 %r194, [depthwise_f32_param_11];
div.u32 %r202, %r201, %r194;
mul.lo.s32 %r108, %r202, %r194;
sub.s32 %r203, %r201, %r108;
$L__BB15_5:
setp.ge.u32 %p3, %r203, %r87;
mov.f32 %f86, 0f00000000;
@%p3 bra $L__BB15_58;
setp.eq.s32 %p4, %r89, 0;
mul.wide.u32 %rd11, %r203, 4;
add.s64 %rd12, %rd5, %rd11;
ld.global.f32 %f86, [%rd12];
@%p4 bra $L__BB15_58;
ld.param.u32 %r193, [depthwise_f32_param_22];
ld.param.u32 %r192, [depthwise_f32_param_19];
ld.param.u32 %r191, [depthwise_f32_param_21];
ld.param.u32 %r190, [depthwise_f32_param_18];
ld.param.u32 %r189, [depthwise_f32_param_20];
ld.param.u32 %r188, [depthwise_f32_param_17];
ld.param.u32 %r187, [depthwise_f32_param_5];
ld.param.u32 %r186, [depthwise_f32_param_6];
div.u32 %r110, %r202, %r186;
div.u32 %r111, %r110, %r187;
mul.lo.s32 %r112, %r111, %r188;
sub.s32 %r19, %r112, %r189;
mul.lo.s32 %r113, %r111, %r187;
sub.s32 %r114, %r110, %r113;
mul.lo.s32 %r115, %r114, %r190;
sub.s32 %r20, %r115, %r191;
mul.lo.s32 %r116, %r110, %r186;
sub.s32 %r117, %r202, %r116;
mul.lo.s32 %r118, %r117, %r192;
sub.s32 %r21, %r118, %r193;
mov.u32 %r204, 0;
$L__BB15_8:
ld.param.u32 %r200, [depthwise_f32_param_7];
add.s32 %r23, %r19, %r204;
setp.ge.u32 %p5, %r23, %r200;
setp.eq.s32 %p6, %r90, 0;
or.pred %p7, %p5, %p6;
@%p7 bra $L__BB15_57;
setp.eq.s32 %p8, %r91, 0;
mul.lo.s32 %r24, %r23, %r83;
@%p8 bra $L__BB15_57;
setp.eq.s32 %p41, %r185, 0;
@%p41 bra $L__BB15_34;
mov.u32 %r205, 0;
$L__BB15_12:
add.s32 %r27, %r20, %r205;
setp.ge.u32 %p10, %r27, %r83;
@%p10 bra $L__BB15_33;
mul.lo.s32 %r197, %r204, %r90;
setp.lt.u32 %p11, %r6, 3;
add.s32 %r121, %r27, %r24;
mul.lo.s32 %r28, %r121, %r84;
add.s32 %r29, %r205, %r197;
mul.lo.s32 %r30, %r29, %r91;
mov.u32 %r211, 0;
@%p11 bra $L__BB15_24;
add.s32 %r123, %r30, 3;
mad.lo.s32 %r209, %r87, %r123, %r203;
add.s32 %r124, %r30, 2;
mad.lo.s32 %r208, %r87, %r124, %r203;
add.s32 %r125, %r30, 1;
mad.lo.s32 %r207, %r87, %r125, %r203;
mad.lo.s32 %r206, %r10, %r29, %r203;
$L__BB15_15:
add.s32 %r40, %r21, %r211;
setp.ge.u32 %p12, %r40, %r84;
@%p12 bra $L__BB15_17;
add.s32 %r126, %r40, %r28;
div.u32 %r127, %r203, %r88;
cvt.u64.u32 %rd13, %r127;
cvt.u64.u32 %rd14, %r126;
mul.lo.s64 %rd15, %rd13, %rd3;
add.s64 %rd16, %rd15, %rd14;
shl.b64 %rd17, %rd16, 2;
add.s64 %rd18, %rd2, %rd17;
mul.wide.u32 %rd19, %r206, 4;
add.s64 %rd20, %rd1, %rd19;
ld.global.f32 %f45, [%rd20];
ld.global.f32 %f46, [%rd18];
fma.rn.f32 %f86, %f46, %f45, %f86;
$L__BB15_17:
add.s32 %r41, %r40, 1;
setp.ge.u32 %p13, %r41, %r84;
@%p13 bra $L__BB15_19;
add.s32 %r129, %r41, %r28;
div.u32 %r130, %r203, %r88;
cvt.u64.u32 %rd21, %r130;
cvt.u64.u32 %rd22, %r129;
mul.lo.s64 %rd23, %rd21, %rd3;
add.s64 %rd24, %rd23, %rd22;
shl.b64 %rd25, %rd24, 2;
add.s64 %rd26, %rd2, %rd25;
mul.wide.u32 %rd27, %r207, 4;
add.s64 %rd28, %rd1, %rd27;
ld.global.f32 %f47, [%rd28];
ld.global.f32 %f48, [%rd26];
fma.rn.f32 %f86, %f48, %f47, %f86;
$L__BB15_19:
add.s32 %r42, %r40, 2;
setp.ge.u32 %p14, %r42, %r84;
@%p14 bra $L__BB15_21;
add.s32 %r132, %r42, %r28;
div.u32 %r133, %r203, %r88;
cvt.u64.u32 %rd29, %r133;
cvt.u64.u32 %rd30, %r132;
mul.lo.s64 %rd31, %rd29, %rd3;
add.s64 %rd32, %rd31, %rd30;
shl.b64 %rd33, %rd32, 2;
add.s64 %rd34, %rd2, %rd33;
mul.wide.u32 %rd35, %r208, 4;
add.s64 %rd36, %rd1, %rd35;
ld.global.f32 %f49, [%rd36];
ld.global.f32 %f50, [%rd34];
fma.rn.f32 %f86, %f50, %f49, %f86;
$L__BB15_21:
add.s32 %r43, %r40, 3;
setp.ge.u32 %p15, %r43, %r84;
@%p15 bra $L__BB15_23;
add.s32 %r135, %r43, %r28;
div.u32 %r136, %r203, %r88;
cvt.u64.u32 %rd37, %r136;
cvt.u64.u32 %rd38, %r135;
mul.lo.s64 %rd39, %rd37, %rd3;
add.s64 %rd40, %rd39, %rd38;
shl.b64 %rd41, %rd40, 2;
add.s64 %rd42, %rd2, %rd41;
mul.wide.u32 %rd43, %r209, 4;
add.s64 %rd44, %rd1, %rd43;
ld.global.f32 %f51, [%rd44];
ld.global.f32 %f52, [%rd42];
fma.rn.f32 %f86, %f52, %f51, %f86;
$L__BB15_23:
shl.b32 %r183, %r87, 2;
add.s32 %r209, %r209, %r183;
add.s32 %r208, %r208, %r183;
add.s32 %r207, %r207, %r183;
add.s32 %r206, %r206, %r183;
add.s32 %r211, %r211, 4;
add.s32 %r137, %r11, %r211;
setp.ne.s32 %p16, %r137, 0;
@%p16 bra $L__BB15_15;
$L__BB15_24:
setp.eq.s32 %p17, %r7, 0;
@%p17 bra $L__BB15_33;
add.s32 %r50, %r21, %r211;
setp.ge.u32 %p18, %r50, %r84;
@%p18 bra $L__BB15_27;
add.s32 %r138, %r50, %r28;
div.u32 %r139, %r203, %r88;
cvt.u64.u32 %rd45, %r139;
cvt.u64.u32 %rd46, %r138;
mul.lo.s64 %rd47, %rd45, %rd3;
add.s64 %rd48, %rd47, %rd46;
shl.b64 %rd49, %rd48, 2;
add.s64 %rd50, %rd2, %rd49;
add.s32 %r140, %r211, %r30;
mad.lo.s32 %r141, %r140, %r87, %r203;
mul.wide.u32 %rd51, %r141, 4;
add.s64 %rd52, %rd1, %rd51;
ld.global.f32 %f53, [%rd52];
ld.global.f32 %f54, [%rd50];
fma.rn.f32 %f86, %f54, %f53, %f86;
$L__BB15_27:
add.s32 %r51, %r211, 1;
setp.eq.s32 %p19, %r7, 1;
@%p19 bra $L__BB15_33;
add.s32 %r52, %r21, %r51;
setp.ge.u32 %p20, %r52, %r84;
@%p20 bra $L__BB15_30;
add.s32 %r198, %r211, 1;
add.s32 %r142, %r52, %r28;
div.u32 %r143, %r203, %r88;
cvt.u64.u32 %rd53, %r143;
cvt.u64.u32 %rd54, %r142;
mul.lo.s64 %rd55, %rd53, %rd3;
add.s64 %rd56, %rd55, %rd54;
shl.b64 %rd57, %rd56, 2;
add.s64 %rd58, %rd2, %rd57;
add.s32 %r144, %r198, %r30;
mad.lo.s32 %r145, %r144, %r87, %r203;
mul.wide.u32 %rd59, %r145, 4;
add.s64 %rd60, %rd1, %rd59;
ld.global.f32 %f55, [%rd60];
ld.global.f32 %f56, [%rd58];
fma.rn.f32 %f86, %f56, %f55, %f86;
$L__BB15_30:
add.s32 %r53, %r211, 2;
setp.eq.s32 %p21, %r7, 2;
@%p21 bra $L__BB15_33;
add.s32 %r54, %r21, %r53;
setp.ge.u32 %p22, %r54, %r84;
@%p22 bra $L__BB15_33;
add.s32 %r146, %r54, %r28;
div.u32 %r147, %r203, %r88;
cvt.u64.u32 %rd61, %r147;
cvt.u64.u32 %rd62, %r146;
mul.lo.s64 %rd63, %rd61, %rd3;
add.s64 %rd64, %rd63, %rd62;
shl.b64 %rd65, %rd64, 2;
add.s64 %rd66, %rd2, %rd65;
add.s32 %r148, %r53, %r30;
mad.lo.s32 %r149, %r148, %r87, %r203;
mul.wide.u32 %rd67, %r149, 4;
add.s64 %rd68, %rd1, %rd67;
ld.global.f32 %f57, [%rd68];
ld.global.f32 %f58, [%rd66];
fma.rn.f32 %f86, %f58, %f57, %f86;
$L__BB15_33:
add.s32 %r205, %r205, 1;
setp.lt.u32 %p23, %r205, %r90;
@%p23 bra $L__BB15_12;
bra.uni $L__BB15_57;
$L__BB15_34:
mov.u32 %r212, 0;
$L__BB15_35:
add.s32 %r57, %r20, %r212;
setp.ge.u32 %p24, %r57, %r83;
@%p24 bra $L__BB15_56;
mul.lo.s32 %r195, %r204, %r90;
setp.lt.u32 %p25, %r6, 3;
add.s32 %r152, %r57, %r24;
mul.lo.s32 %r58, %r152, %r84;
add.s32 %r153, %r212, %r195;
mul.lo.s32 %r59, %r153, %r91;
mov.u32 %r215, 0;
@%p25 bra $L__BB15_47;
sub.s32 %r214, %r91, %r7;
$L__BB15_38:
add.s32 %r62, %r21, %r215;
setp.ge.u32 %p26, %r62, %r84;
@%p26 bra $L__BB15_40;
add.s32 %r155, %r62, %r58;
div.u32 %r156, %r203, %r88;
cvt.u64.u32 %rd69, %r156;
cvt.u64.u32 %rd70, %r155;
mul.lo.s64 %rd71, %rd70, %rd4;
add.s64 %rd72, %rd71, %rd69;
shl.b64 %rd73, %rd72, 2;
add.s64 %rd74, %rd2, %rd73;
add.s32 %r157, %r215, %r59;
mad.lo.s32 %r158, %r157, %r87, %r203;
mul.wide.u32 %rd75, %r158, 4;
add.s64 %rd76, %rd1, %rd75;
ld.global.f32 %f60, [%rd76];
ld.global.f32 %f61, [%rd74];
fma.rn.f32 %f86, %f61, %f60, %f86;
$L__BB15_40:
add.s32 %r63, %r215, 1;
add.s32 %r64, %r21, %r63;
setp.ge.u32 %p27, %r64, %r84;
@%p27 bra $L__BB15_42;
add.s32 %r159, %r64, %r58;
div.u32 %r160, %r203, %r88;
cvt.u64.u32 %rd77, %r160;
cvt.u64.u32 %rd78, %r159;
mul.lo.s64 %rd79, %rd78, %rd4;
add.s64 %rd80, %rd79, %rd77;
shl.b64 %rd81, %rd80, 2;
add.s64 %rd82, %rd2, %rd81;
add.s32 %r161, %r63, %r59;
mad.lo.s32 %r162, %r161, %r87, %r203;
mul.wide.u32 %rd83, %r162, 4;
add.s64 %rd84, %rd1, %rd83;
ld.global.f32 %f62, [%rd84];
ld.global.f32 %f63, [%rd82];
fma.rn.f32 %f86, %f63, %f62, %f86;
$L__BB15_42:
add.s32 %r65, %r215, 2;
add.s32 %r66, %r21, %r65;
setp.ge.u32 %p28, %r66, %r84;
@%p28 bra $L__BB15_44;
add.s32 %r163, %r66, %r58;
div.u32 %r164, %r203, %r88;
cvt.u64.u32 %rd85, %r164;
cvt.u64.u32 %rd86, %r163;
mul.lo.s64 %rd87, %rd86, %rd4;
add.s64 %rd88, %rd87, %rd85;
shl.b64 %rd89, %rd88, 2;
add.s64 %rd90, %rd2, %rd89;
add.s32 %r165, %r65, %r59;
mad.lo.s32 %r166, %r165, %r87, %r203;
mul.wide.u32 %rd91, %r166, 4;
add.s64 %rd92, %rd1, %rd91;
ld.global.f32 %f64, [%rd92];
ld.global.f32 %f65, [%rd90];
fma.rn.f32 %f86, %f65, %f64, %f86;
$L__BB15_44:
add.s32 %r67, %r215, 3;
add.s32 %r68, %r21, %r67;
setp.ge.u32 %p29, %r68, %r84;
@%p29 bra $L__BB15_46;
add.s32 %r167, %r68, %r58;
div.u32 %r168, %r203, %r88;
cvt.u64.u32 %rd93, %r168;
cvt.u64.u32 %rd94, %r167;
mul.lo.s64 %rd95, %rd94, %rd4;
add.s64 %rd96, %rd95, %rd93;
shl.b64 %rd97, %rd96, 2;
add.s64 %rd98, %rd2, %rd97;
add.s32 %r169, %r67, %r59;
mad.lo.s32 %r170, %r169, %r87, %r203;
mul.wide.u32 %rd99, %r170, 4;
add.s64 %rd100, %rd1, %rd99;
ld.global.f32 %f66, [%rd100];
ld.global.f32 %f67, [%rd98];
fma.rn.f32 %f86, %f67, %f66, %f86;
$L__BB15_46:
add.s32 %r215, %r215, 4;
add.s32 %r214, %r214, -4;
setp.ne.s32 %p30, %r214, 0;
@%p30 bra $L__BB15_38;
$L__BB15_47:
setp.eq.s32 %p31, %r7, 0;
@%p31 bra $L__BB15_56;
add.s32 %r72, %r21, %r215;
setp.ge.u32 %p32, %r72, %r84;
@%p32 bra $L__BB15_50;
add.s32 %r171, %r72, %r58;
div.u32 %r172, %r203, %r88;
cvt.u64.u32 %rd101, %r172;
cvt.u64.u32 %rd102, %r171;
mul.lo.s64 %rd103, %rd102, %rd4;
add.s64 %rd104, %rd103, %rd101;
shl.b64 %rd105, %rd104, 2;
add.s64 %rd106, %rd2, %rd105;
add.s32 %r173, %r215, %r59;
mad.lo.s32 %r174, %r173, %r87, %r203;
mul.wide.u32 %rd107, %r174, 4;
add.s64 %rd108, %rd1, %rd107;
ld.global.f32 %f68, [%rd108];
ld.global.f32 %f69, [%rd106];
fma.rn.f32 %f86, %f69, %f68, %f86;
$L__BB15_50:
add.s32 %r73, %r215, 1;
setp.eq.s32 %p33, %r7, 1;
@%p33 bra $L__BB15_56;
add.s32 %r74, %r21, %r73;
setp.ge.u32 %p34, %r74, %r84;
@%p34 bra $L__BB15_53;
add.s32 %r199, %r215, 1;
add.s32 %r175, %r74, %r58;
div.u32 %r176, %r203, %r88;
cvt.u64.u32 %rd109, %r176;
cvt.u64.u32 %rd110, %r175;
mul.lo.s64 %rd111, %rd110, %rd4;
add.s64 %rd112, %rd111, %rd109;
shl.b64 %rd113, %rd112, 2;
add.s64 %rd114, %rd2, %rd113;
add.s32 %r177, %r199, %r59;
mad.lo.s32 %r178, %r177, %r87, %r203;
mul.wide.u32 %rd115, %r178, 4;
add.s64 %rd116, %rd1, %rd115;
ld.global.f32 %f70, [%rd116];
ld.global.f32 %f71, [%rd114];
fma.rn.f32 %f86, %f71, %f70, %f86;
$L__BB15_53:
add.s32 %r75, %r215, 2;
setp.eq.s32 %p35, %r7, 2;
@%p35 bra $L__BB15_56;
add.s32 %r76, %r21, %r75;
setp.ge.u32 %p36, %r76, %r84;
@%p36 bra $L__BB15_56;
add.s32 %r179, %r76, %r58;
div.u32 %r180, %r203, %r88;
cvt.u64.u32 %rd117, %r180;
cvt.u64.u32 %rd118, %r179;
mul.lo.s64 %rd119, %rd118, %rd4;
add.s64 %rd120, %rd119, %rd117;
shl.b64 %rd121, %rd120, 2;
add.s64 %rd122, %rd2, %rd121;
add.s32 %r181, %r75, %r59;
mad.lo.s32 %r182, %r181, %r87, %r203;
mul.wide.u32 %rd123, %r182, 4;
add.s64 %rd124, %rd1, %rd123;
ld.global.f32 %f72, [%rd124];
ld.global.f32 %f73, [%rd122];
fma.rn.f32 %f86, %f73, %f72, %f86;
$L__BB15_56:
add.s32 %r212, %r212, 1;
setp.lt.u32 %p37, %r212, %r90;
@%p37 bra $L__BB15_35;
$L__BB15_57:
add.s32 %r204, %r204, 1;
setp.lt.u32 %p38, %r204, %r89;
@%p38 bra $L__BB15_8;
$L__BB15_58:
ld.param.u32 %r184, [depthwise_f32_param_23];
setp.eq.s32 %p39, %r184, 0;
@%p39 bra $L__BB15_60;
mov.f32 %f74, 0f00000000;
max.f32 %f86, %f86, %f74;
$L__BB15_60:
mul.wide.u32 %rd125, %r201, 4;
add.s64 %rd126, %rd6, %rd125;
st.global.f32 [%rd126], %f86;
add.s32 %r201, %r201, %r5;
setp.lt.u32 %p40, %r201, %r4;
@%p40 bra $L__BB15_2;
$L__BB15_61:
ret;
}
.visible .entry softmax_f32(
.param .u64 softmax_f32_param_0,
.param .u64 softmax_f32_param_1,
.param .u32 softmax_f32_param_2,
.param .u32 softmax_f32_param_3,
.param .u32 softmax_f32_param_4,
.param .u32 softmax_f32_param_5
)
{
.reg .pred %p<53>;
.reg .f32 %f<595>;
.reg .b32 %r<150>;
.reg .b64 %rd<134>;
ld.param.u64 %rd27, [softmax_f32_param_0];
ld.param.u64 %rd28, [softmax_f32_param_1];
ld.param.u32 %r45, [softmax_f32_param_2];
ld.param.u32 %r46, [softmax_f32_param_3];
ld.param.u32 %r47, [softmax_f32_param_4];
ld.param.u32 %r48, [softmax_f32_param_5];
cvta.to.global.u64 %rd1, %rd28;
cvta.to.global.u64 %rd2, %rd27;
mov.u32 %r1, %ntid.x;
mov.u32 %r49, %ctaid.x;
mov.u32 %r50, %tid.x;
mad.lo.s32 %r131, %r49, %r1, %r50;
setp.ge.u32 %p1, %r131, %r45;
@%p1 bra $L__BB16_79;
cvt.u64.u32 %rd3, %r45;
cvt.u64.u32 %rd4, %r46;
mov.u32 %r51, %nctaid.x;
mul.lo.s32 %r3, %r51, %r1;
add.s32 %r4, %r47, -1;
add.s32 %r5, %r46, -1;
and.b32 %r6, %r47, 3;
sub.s32 %r7, %r47, %r6;
and.b32 %r8, %r46, 3;
sub.s32 %r9, %r46, %r8;
mul.wide.u32 %rd5, %r45, 4;
$L__BB16_2:
setp.eq.s32 %p2, %r47, 0;
mov.f32 %f573, 0fFF800000;
@%p2 bra $L__BB16_18;
setp.eq.s32 %p3, %r48, 0;
cvt.u64.u32 %rd6, %r131;
mul.lo.s64 %rd7, %rd6, %rd4;
@%p3 bra $L__BB16_11;
setp.lt.u32 %p4, %r4, 3;
mov.f32 %f573, 0fFF800000;
mov.u32 %r134, 0;
@%p4 bra $L__BB16_7;
mov.u32 %r133, %r7;
$L__BB16_6:
cvt.u64.u32 %rd29, %r134;
mul.lo.s64 %rd30, %rd29, %rd3;
add.s64 %rd31, %rd30, %rd6;
shl.b64 %rd32, %rd31, 2;
add.s64 %rd33, %rd2, %rd32;
ld.global.f32 %f63, [%rd33];
max.f32 %f64, %f573, %f63;
add.s64 %rd34, %rd33, %rd5;
ld.global.f32 %f65, [%rd34];
max.f32 %f66, %f64, %f65;
add.s64 %rd35, %rd34, %rd5;
ld.global.f32 %f67, [%rd35];
max.f32 %f68, %f66, %f67;
add.s64 %rd36, %rd35, %rd5;
ld.global.f32 %f69, [%rd36];
max.f32 %f573, %f68, %f69;
add.s32 %r134, %r134, 4;
add.s32 %r133, %r133, -4;
setp.ne.s32 %p5, %r133, 0;
@%p5 bra $L__BB16_6;
$L__BB16_7:
setp.eq.s32 %p6, %r6, 0;
@%p6 bra $L__BB16_18;
setp.eq.s32 %p7, %r6, 1;
cvt.u64.u32 %rd37, %r134;
mul.lo.s64 %rd38, %rd37, %rd3;
add.s64 %rd39, %rd38, %rd6;
shl.b64 %rd40, %rd39, 2;
add.s64 %rd41, %rd2, %rd40;
ld.global.f32 %f70, [%rd41];
max.f32 %f573, %f573, %f70;
@%p7 bra $L__BB16_18;
setp.eq.s32 %p8, %r6, 2;
add.s32 %r54, %r134, 1;
cvt.u64.u32 %rd42, %r54;
mul.lo.s64 %rd43, %rd42, %rd3;
add.s64 %rd44, %rd43, %rd6;
shl.b64 %rd45, %rd44, 2;
add.s64 %rd46, %rd2, %rd45;
ld.global.f32 %f71, [%rd46];
max.f32 %f573, %f573, %f71;
@%p8 bra $L__BB16_18;
add.s32 %r55, %r134, 2;
cvt.u64.u32 %rd47, %r55;
mul.lo.s64 %rd48, %rd47, %rd3;
add.s64 %rd49, %rd48, %rd6;
shl.b64 %rd50, %rd49, 2;
add.s64 %rd51, %rd2, %rd50;
ld.global.f32 %f72, [%rd51];
max.f32 %f573, %f573, %f72;
bra.uni $L__BB16_18;
$L__BB16_11:
setp.lt.u32 %p9, %r4, 3;
mov.f32 %f573, 0fFF800000;
mov.u32 %r137, 0;
@%p9 bra $L__BB16_14;
mov.u32 %r136, %r7;
$L__BB16_13:
cvt.u64.u32 %rd52, %r137;
add.s64 %rd53, %rd7, %rd52;
shl.b64 %rd54, %rd53, 2;
add.s64 %rd55, %rd2, %rd54;
ld.global.f32 %f76, [%rd55];
max.f32 %f77, %f573, %f76;
ld.global.f32 %f78, [%rd55+4];
max.f32 %f79, %f77, %f78;
ld.global.f32 %f80, [%rd55+8];
max.f32 %f81, %f79, %f80;
ld.global.f32 %f82, [%rd55+12];
max.f32 %f573, %f81, %f82;
add.s32 %r137, %r137, 4;
add.s32 %r136, %r136, -4;
setp.ne.s32 %p10, %r136, 0;
@%p10 bra $L__BB16_13;
$L__BB16_14:
setp.eq.s32 %p11, %r6, 0;
@%p11 bra $L__BB16_18;
setp.eq.s32 %p12, %r6, 1;
cvt.u64.u32 %rd56, %r137;
add.s64 %rd57, %rd7, %rd56;
shl.b64 %rd58, %rd57, 2;
add.s64 %rd8, %rd2, %rd58;
ld.global.f32 %f83, [%rd8];
max.f32 %f573, %f573, %f83;
@%p12 bra $L__BB16_18;
setp.eq.s32 %p13, %r6, 2;
ld.global.f32 %f84, [%rd8+4];
max.f32 %f573, %f573, %f84;
@%p13 bra $L__BB16_18;
ld.global.f32 %f85, [%rd8+8];
max.f32 %f573, %f573, %f85;
$L__BB16_18:
mov.f32 %f580, 0f00000000;
@%p2 bra $L__BB16_34;
setp.eq.s32 %p15, %r48, 0;
cvt.u64.u32 %rd9, %r131;
mul.lo.s64 %rd10, %rd9, %rd4;
@%p15 bra $L__BB16_27;
setp.lt.u32 %p16, %r4, 3;
mov.f32 %f580, 0f00000000;
mov.u32 %r140, 0;
@%p16 bra $L__BB16_23;
mov.u32 %r139, %r7;
$L__BB16_22:
cvt.u64.u32 %rd59, %r140;
mul.lo.s64 %rd60, %rd59, %rd3;
add.s64 %rd61, %rd60, %rd9;
shl.b64 %rd62, %rd61, 2;
add.s64 %rd63, %rd2, %rd62;
ld.global.f32 %f90, [%rd63];
sub.f32 %f91, %f90, %f573;
mov.f32 %f92, 0f3F000000;
mov.f32 %f93, 0f3BBB989D;
fma.rn.f32 %f94, %f91, %f93, %f92;
mov.f32 %f95, 0f3FB8AA3B;
mov.f32 %f96, 0f437C0000;
cvt.sat.f32.f32 %f97, %f94;
mov.f32 %f98, 0f4B400001;
fma.rm.f32 %f99, %f97, %f96, %f98;
add.f32 %f100, %f99, 0fCB40007F;
neg.f32 %f101, %f100;
fma.rn.f32 %f102, %f91, %f95, %f101;
mov.f32 %f103, 0f32A57060;
fma.rn.f32 %f104, %f91, %f103, %f102;
mov.b32 %r60, %f99;
shl.b32 %r61, %r60, 23;
mov.b32 %f105, %r61;
ex2.approx.ftz.f32 %f106, %f104;
fma.rn.f32 %f107, %f106, %f105, %f580;
add.s64 %rd64, %rd63, %rd5;
ld.global.f32 %f108, [%rd64];
sub.f32 %f109, %f108, %f573;
fma.rn.f32 %f110, %f109, %f93, %f92;
cvt.sat.f32.f32 %f111, %f110;
fma.rm.f32 %f112, %f111, %f96, %f98;
add.f32 %f113, %f112, 0fCB40007F;
neg.f32 %f114, %f113;
fma.rn.f32 %f115, %f109, %f95, %f114;
fma.rn.f32 %f116, %f109, %f103, %f115;
mov.b32 %r62, %f112;
shl.b32 %r63, %r62, 23;
mov.b32 %f117, %r63;
ex2.approx.ftz.f32 %f118, %f116;
fma.rn.f32 %f119, %f118, %f117, %f107;
add.s64 %rd65, %rd64, %rd5;
ld.global.f32 %f120, [%rd65];
sub.f32 %f121, %f120, %f573;
fma.rn.f32 %f122, %f121, %f93, %f92;
cvt.sat.f32.f32 %f123, %f122;
fma.rm.f32 %f124, %f123, %f96, %f98;
add.f32 %f125, %f124, 0fCB40007F;
neg.f32 %f126, %f125;
fma.rn.f32 %f127, %f121, %f95, %f126;
fma.rn.f32 %f128, %f121, %f103, %f127;
mov.b32 %r64, %f124;
shl.b32 %r65, %r64, 23;
mov.b32 %f129, %r65;
ex2.approx.ftz.f32 %f130, %f128;
fma.rn.f32 %f131, %f130, %f129, %f119;
add.s64 %rd66, %rd65, %rd5;
ld.global.f32 %f132, [%rd66];
sub.f32 %f133, %f132, %f573;
fma.rn.f32 %f134, %f133, %f93, %f92;
cvt.sat.f32.f32 %f135, %f134;
fma.rm.f32 %f136, %f135, %f96, %f98;
add.f32 %f137, %f136, 0fCB40007F;
neg.f32 %f138, %f137;
fma.rn.f32 %f139, %f133, %f95, %f138;
fma.rn.f32 %f140, %f133, %f103, %f139;
mov.b32 %r66, %f136;
shl.b32 %r67, %r66, 23;
mov.b32 %f141, %r67;
ex2.approx.ftz.f32 %f142, %f140;
fma.rn.f32 %f580, %f142, %f141, %f131;
add.s32 %r140, %r140, 4;
add.s32 %r139, %r139, -4;
setp.ne.s32 %p17, %r139, 0;
@%p17 bra $L__BB16_22;
$L__BB16_23:
setp.eq.s32 %p18, %r6, 0;
@%p18 bra $L__BB16_34;
setp.eq.s32 %p19, %r6, 1;
cvt.u64.u32 %rd67, %r140;
mul.lo.s64 %rd68, %rd67, %rd3;
add.s64 %rd69, %rd68, %rd9;
shl.b64 %rd70, %rd69, 2;
add.s64 %rd71, %rd2, %rd70;
ld.global.f32 %f143, [%rd71];
sub.f32 %f144, %f143, %f573;
mov.f32 %f145, 0f3F000000;
mov.f32 %f146, 0f3BBB989D;
fma.rn.f32 %f147, %f144, %f146, %f145;
mov.f32 %f148, 0f3FB8AA3B;
mov.f32 %f149, 0f437C0000;
cvt.sat.f32.f32 %f150, %f147;
mov.f32 %f151, 0f4B400001;
fma.rm.f32 %f152, %f150, %f149, %f151;
add.f32 %f153, %f152, 0fCB40007F;
neg.f32 %f154, %f153;
fma.rn.f32 %f155, %f144, %f148, %f154;
mov.f32 %f156, 0f32A57060;
fma.rn.f32 %f157, %f144, %f156, %f155;
mov.b32 %r68, %f152;
shl.b32 %r69, %r68, 23;
mov.b32 %f158, %r69;
ex2.approx.ftz.f32 %f159, %f157;
fma.rn.f32 %f580, %f159, %f158, %f580;
@%p19 bra $L__BB16_34;
setp.eq.s32 %p20, %r6, 2;
add.s32 %r70, %r140, 1;
cvt.u64.u32 %rd72, %r70;
mul.lo.s64 %rd73, %rd72, %rd3;
add.s64 %rd74, %rd73, %rd9;
shl.b64 %rd75, %rd74, 2;
add.s64 %rd76, %rd2, %rd75;
ld.global.f32 %f160, [%rd76];
sub.f32 %f161, %f160, %f573;
fma.rn.f32 %f164, %f161, %f146, %f145;
cvt.sat.f32.f32 %f167, %f164;
fma.rm.f32 %f169, %f167, %f149, %f151;
add.f32 %f170, %f169, 0fCB40007F;
neg.f32 %f171, %f170;
fma.rn.f32 %f172, %f161, %f148, %f171;
fma.rn.f32 %f174, %f161, %f156, %f172;
mov.b32 %r71, %f169;
shl.b32 %r72, %r71, 23;
mov.b32 %f175, %r72;
ex2.approx.ftz.f32 %f176, %f174;
fma.rn.f32 %f580, %f176, %f175, %f580;
@%p20 bra $L__BB16_34;
add.s32 %r73, %r140, 2;
cvt.u64.u32 %rd77, %r73;
mul.lo.s64 %rd78, %rd77, %rd3;
add.s64 %rd79, %rd78, %rd9;
shl.b64 %rd80, %rd79, 2;
add.s64 %rd81, %rd2, %rd80;
ld.global.f32 %f177, [%rd81];
sub.f32 %f178, %f177, %f573;
mov.f32 %f179, 0f3F000000;
mov.f32 %f180, 0f3BBB989D;
fma.rn.f32 %f181, %f178, %f180, %f179;
mov.f32 %f182, 0f3FB8AA3B;
mov.f32 %f183, 0f437C0000;
cvt.sat.f32.f32 %f184, %f181;
mov.f32 %f185, 0f4B400001;
fma.rm.f32 %f186, %f184, %f183, %f185;
add.f32 %f187, %f186, 0fCB40007F;
neg.f32 %f188, %f187;
fma.rn.f32 %f189, %f178, %f182, %f188;
mov.f32 %f190, 0f32A57060;
fma.rn.f32 %f191, %f178, %f190, %f189;
mov.b32 %r74, %f186;
shl.b32 %r75, %r74, 23;
mov.b32 %f192, %r75;
ex2.approx.ftz.f32 %f193, %f191;
fma.rn.f32 %f580, %f193, %f192, %f580;
bra.uni $L__BB16_34;
$L__BB16_27:
setp.lt.u32 %p21, %r4, 3;
mov.f32 %f580, 0f00000000;
mov.u32 %r143, 0;
@%p21 bra $L__BB16_30;
mov.u32 %r142, %r7;
$L__BB16_29:
cvt.u64.u32 %rd82, %r143;
add.s64 %rd83, %rd10, %rd82;
shl.b64 %rd84, %rd83, 2;
add.s64 %rd85, %rd2, %rd84;
ld.global.f32 %f197, [%rd85];
sub.f32 %f198, %f197, %f573;
mov.f32 %f199, 0f3F000000;
mov.f32 %f200, 0f3BBB989D;
fma.rn.f32 %f201, %f198, %f200, %f199;
mov.f32 %f202, 0f3FB8AA3B;
mov.f32 %f203, 0f437C0000;
cvt.sat.f32.f32 %f204, %f201;
mov.f32 %f205, 0f4B400001;
fma.rm.f32 %f206, %f204, %f203, %f205;
add.f32 %f207, %f206, 0fCB40007F;
neg.f32 %f208, %f207;
fma.rn.f32 %f209, %f198, %f202, %f208;
mov.f32 %f210, 0f32A57060;
fma.rn.f32 %f211, %f198, %f210, %f209;
mov.b32 %r78, %f206;
shl.b32 %r79, %r78, 23;
mov.b32 %f212, %r79;
ex2.approx.ftz.f32 %f213, %f211;
fma.rn.f32 %f214, %f213, %f212, %f580;
ld.global.f32 %f215, [%rd85+4];
sub.f32 %f216, %f215, %f573;
fma.rn.f32 %f217, %f216, %f200, %f199;
cvt.sat.f32.f32 %f218, %f217;
fma.rm.f32 %f219, %f218, %f203, %f205;
add.f32 %f220, %f219, 0fCB40007F;
neg.f32 %f221, %f220;
fma.rn.f32 %f222, %f216, %f202, %f221;
fma.rn.f32 %f223, %f216, %f210, %f222;
mov.b32 %r80, %f219;
shl.b32 %r81, %r80, 23;
mov.b32 %f224, %r81;
ex2.approx.ftz.f32 %f225, %f223;
fma.rn.f32 %f226, %f225, %f224, %f214;
ld.global.f32 %f227, [%rd85+8];
sub.f32 %f228, %f227, %f573;
fma.rn.f32 %f229, %f228, %f200, %f199;
cvt.sat.f32.f32 %f230, %f229;
fma.rm.f32 %f231, %f230, %f203, %f205;
add.f32 %f232, %f231, 0fCB40007F;
neg.f32 %f233, %f232;
fma.rn.f32 %f234, %f228, %f202, %f233;
fma.rn.f32 %f235, %f228, %f210, %f234;
mov.b32 %r82, %f231;
shl.b32 %r83, %r82, 23;
mov.b32 %f236, %r83;
ex2.approx.ftz.f32 %f237, %f235;
fma.rn.f32 %f238, %f237, %f236, %f226;
ld.global.f32 %f239, [%rd85+12];
sub.f32 %f240, %f239, %f573;
fma.rn.f32 %f241, %f240, %f200, %f199;
cvt.sat.f32.f32 %f242, %f241;
fma.rm.f32 %f243, %f242, %f203, %f205;
add.f32 %f244, %f243, 0fCB40007F;
neg.f32 %f245, %f244;
fma.rn.f32 %f246, %f240, %f202, %f245;
fma.rn.f32 %f247, %f240, %f210, %f246;
mov.b32 %r84, %f243;
shl.b32 %r85, %r84, 23;
mov.b32 %f248, %r85;
ex2.approx.ftz.f32 %f249, %f247;
fma.rn.f32 %f580, %f249, %f248, %f238;
add.s32 %r143, %r143, 4;
add.s32 %r142, %r142, -4;
setp.ne.s32 %p22, %r142, 0;
@%p22 bra $L__BB16_29;
$L__BB16_30:
setp.eq.s32 %p23, %r6, 0;
@%p23 bra $L__BB16_34;
setp.eq.s32 %p24, %r6, 1;
cvt.u64.u32 %rd86, %r143;
add.s64 %rd87, %rd10, %rd86;
shl.b64 %rd88, %rd87, 2;
add.s64 %rd11, %rd2, %rd88;
ld.global.f32 %f250, [%rd11];
sub.f32 %f251, %f250, %f573;
mov.f32 %f252, 0f3F000000;
mov.f32 %f253, 0f3BBB989D;
fma.rn.f32 %f254, %f251, %f253, %f252;
mov.f32 %f255, 0f3FB8AA3B;
mov.f32 %f256, 0f437C0000;
cvt.sat.f32.f32 %f257, %f254;
mov.f32 %f258, 0f4B400001;
fma.rm.f32 %f259, %f257, %f256, %f258;
add.f32 %f260, %f259, 0fCB40007F;
neg.f32 %f261, %f260;
fma.rn.f32 %f262, %f251, %f255, %f261;
mov.f32 %f263, 0f32A57060;
fma.rn.f32 %f264, %f251, %f263, %f262;
mov.b32 %r86, %f259;
shl.b32 %r87, %r86, 23;
mov.b32 %f265, %r87;
ex2.approx.ftz.f32 %f266, %f264;
fma.rn.f32 %f580, %f266, %f265, %f580;
@%p24 bra $L__BB16_34;
setp.eq.s32 %p25, %r6, 2;
ld.global.f32 %f267, [%rd11+4];
sub.f32 %f268, %f267, %f573;
fma.rn.f32 %f271, %f268, %f253, %f252;
cvt.sat.f32.f32 %f274, %f271;
fma.rm.f32 %f276, %f274, %f256, %f258;
add.f32 %f277, %f276, 0fCB40007F;
neg.f32 %f278, %f277;
fma.rn.f32 %f279, %f268, %f255, %f278;
fma.rn.f32 %f281, %f268, %f263, %f279;
mov.b32 %r88, %f276;
shl.b32 %r89, %r88, 23;
mov.b32 %f282, %r89;
ex2.approx.ftz.f32 %f283, %f281;
fma.rn.f32 %f580, %f283, %f282, %f580;
@%p25 bra $L__BB16_34;
ld.global.f32 %f284, [%rd11+8];
sub.f32 %f285, %f284, %f573;
mov.f32 %f286, 0f3F000000;
mov.f32 %f287, 0f3BBB989D;
fma.rn.f32 %f288, %f285, %f287, %f286;
mov.f32 %f289, 0f3FB8AA3B;
mov.f32 %f290, 0f437C0000;
cvt.sat.f32.f32 %f291, %f288;
mov.f32 %f292, 0f4B400001;
fma.rm.f32 %f293, %f291, %f290, %f292;
add.f32 %f294, %f293, 0fCB40007F;
neg.f32 %f295, %f294;
fma.rn.f32 %f296, %f285, %f289, %f295;
mov.f32 %f297, 0f32A57060;
fma.rn.f32 %f298, %f285, %f297, %f296;
mov.b32 %r90, %f293;
shl.b32 %r91, %r90, 23;
mov.b32 %f299, %r91;
ex2.approx.ftz.f32 %f300, %f298;
fma.rn.f32 %f580, %f300, %f299, %f580;
$L__BB16_34:
setp.eq.s32 %p26, %r46, 0;
@%p26 bra $L__BB16_78;
setp.eq.s32 %p27, %r48, 0;
cvt.u64.u32 %rd12, %r131;
mul.lo.s64 %rd13, %rd12, %rd4;
@%p27 bra $L__BB16_57;
setp.lt.u32 %p28, %r5, 3;
mov.u32 %r146, 0;
@%p28 bra $L__BB16_47;
mov.u32 %r145, %r9;
$L__BB16_38:
cvt.u64.u32 %rd89, %r146;
mul.lo.s64 %rd90, %rd89, %rd3;
add.s64 %rd14, %rd90, %rd12;
setp.ge.u32 %p29, %r146, %r47;
mov.f32 %f582, 0f00000000;
mov.f32 %f581, %f582;
@%p29 bra $L__BB16_40;
shl.b64 %rd91, %rd14, 2;
add.s64 %rd92, %rd2, %rd91;
ld.global.f32 %f302, [%rd92];
sub.f32 %f303, %f302, %f573;
mov.f32 %f304, 0f3F000000;
mov.f32 %f305, 0f3BBB989D;
fma.rn.f32 %f306, %f303, %f305, %f304;
mov.f32 %f307, 0f3FB8AA3B;
mov.f32 %f308, 0f437C0000;
cvt.sat.f32.f32 %f309, %f306;
mov.f32 %f310, 0f4B400001;
fma.rm.f32 %f311, %f309, %f308, %f310;
add.f32 %f312, %f311, 0fCB40007F;
neg.f32 %f313, %f312;
fma.rn.f32 %f314, %f303, %f307, %f313;
mov.f32 %f315, 0f32A57060;
fma.rn.f32 %f316, %f303, %f315, %f314;
mov.b32 %r94, %f311;
shl.b32 %r95, %r94, 23;
mov.b32 %f317, %r95;
ex2.approx.ftz.f32 %f318, %f316;
mul.f32 %f319, %f318, %f317;
div.rn.f32 %f581, %f319, %f580;
$L__BB16_40:
shl.b64 %rd93, %rd14, 2;
add.s64 %rd15, %rd1, %rd93;
st.global.f32 [%rd15], %f581;
add.s32 %r33, %r146, 1;
setp.ge.u32 %p30, %r33, %r47;
@%p30 bra $L__BB16_42;
cvt.u64.u32 %rd94, %r33;
mul.lo.s64 %rd95, %rd94, %rd3;
add.s64 %rd96, %rd95, %rd12;
shl.b64 %rd97, %rd96, 2;
add.s64 %rd98, %rd2, %rd97;
ld.global.f32 %f321, [%rd98];
sub.f32 %f322, %f321, %f573;
mov.f32 %f323, 0f3F000000;
mov.f32 %f324, 0f3BBB989D;
fma.rn.f32 %f325, %f322, %f324, %f323;
mov.f32 %f326, 0f3FB8AA3B;
mov.f32 %f327, 0f437C0000;
cvt.sat.f32.f32 %f328, %f325;
mov.f32 %f329, 0f4B400001;
fma.rm.f32 %f330, %f328, %f327, %f329;
add.f32 %f331, %f330, 0fCB40007F;
neg.f32 %f332, %f331;
fma.rn.f32 %f333, %f322, %f326, %f332;
mov.f32 %f334, 0f32A57060;
fma.rn.f32 %f335, %f322, %f334, %f333;
mov.b32 %r96, %f330;
shl.b32 %r97, %r96, 23;
mov.b32 %f336, %r97;
ex2.approx.ftz.f32 %f337, %f335;
mul.f32 %f338, %f337, %f336;
div.rn.f32 %f582, %f338, %f580;
$L__BB16_42:
add.s64 %rd16, %rd15, %rd5;
st.global.f32 [%rd16], %f582;
add.s32 %r34, %r146, 2;
setp.ge.u32 %p31, %r34, %r47;
mov.f32 %f584, 0f00000000;
mov.f32 %f583, %f584;
@%p31 bra $L__BB16_44;
cvt.u64.u32 %rd99, %r34;
mul.lo.s64 %rd100, %rd99, %rd3;
add.s64 %rd101, %rd100, %rd12;
shl.b64 %rd102, %rd101, 2;
add.s64 %rd103, %rd2, %rd102;
ld.global.f32 %f340, [%rd103];
sub.f32 %f341, %f340, %f573;
mov.f32 %f342, 0f3F000000;
mov.f32 %f343, 0f3BBB989D;
fma.rn.f32 %f344, %f341, %f343, %f342;
mov.f32 %f345, 0f3FB8AA3B;
mov.f32 %f346, 0f437C0000;
cvt.sat.f32.f32 %f347, %f344;
mov.f32 %f348, 0f4B400001;
fma.rm.f32 %f349, %f347, %f346, %f348;
add.f32 %f350, %f349, 0fCB40007F;
neg.f32 %f351, %f350;
fma.rn.f32 %f352, %f341, %f345, %f351;
mov.f32 %f353, 0f32A57060;
fma.rn.f32 %f354, %f341, %f353, %f352;
mov.b32 %r98, %f349;
shl.b32 %r99, %r98, 23;
mov.b32 %f355, %r99;
ex2.approx.ftz.f32 %f356, %f354;
mul.f32 %f357, %f356, %f355;
div.rn.f32 %f583, %f357, %f580;
$L__BB16_44:
add.s64 %rd17, %rd16, %rd5;
st.global.f32 [%rd17], %f583;
add.s32 %r35, %r146, 3;
setp.ge.u32 %p32, %r35, %r47;
@%p32 bra $L__BB16_46;
cvt.u64.u32 %rd104, %r35;
mul.lo.s64 %rd105, %rd104, %rd3;
add.s64 %rd106, %rd105, %rd12;
shl.b64 %rd107, %rd106, 2;
add.s64 %rd108, %rd2, %rd107;
ld.global.f32 %f359, [%rd108];
sub.f32 %f360, %f359, %f573;
mov.f32 %f361, 0f3F000000;
mov.f32 %f362, 0f3BBB989D;
fma.rn.f32 %f363, %f360, %f362, %f361;
mov.f32 %f364, 0f3FB8AA3B;
mov.f32 %f365, 0f437C0000;
cvt.sat.f32.f32 %f366, %f363;
mov.f32 %f367, 0f4B400001;
fma.rm.f32 %f368, %f366, %f365, %f367;
add.f32 %f369, %f368, 0fCB40007F;
neg.f32 %f370, %f369;
fma.rn.f32 %f371, %f360, %f364, %f370;
mov.f32 %f372, 0f32A57060;
fma.rn.f32 %f373, %f360, %f372, %f371;
mov.b32 %r100, %f368;
shl.b32 %r101, %r100, 23;
mov.b32 %f374, %r101;
ex2.approx.ftz.f32 %f375, %f373;
mul.f32 %f376, %f375, %f374;
div.rn.f32 %f584, %f376, %f580;
$L__BB16_46:
add.s64 %rd109, %rd17, %rd5;
st.global.f32 [%rd109], %f584;
add.s32 %r146, %r146, 4;
add.s32 %r145, %r145, -4;
setp.ne.s32 %p33, %r145, 0;
@%p33 bra $L__BB16_38;
$L__BB16_47:
setp.eq.s32 %p34, %r8, 0;
@%p34 bra $L__BB16_78;
cvt.u64.u32 %rd110, %r146;
mul.lo.s64 %rd111, %rd110, %rd3;
add.s64 %rd18, %rd111, %rd12;
setp.ge.u32 %p35, %r146, %r47;
mov.f32 %f585, 0f00000000;
@%p35 bra $L__BB16_50;
shl.b64 %rd112, %rd18, 2;
add.s64 %rd113, %rd2, %rd112;
ld.global.f32 %f378, [%rd113];
sub.f32 %f379, %f378, %f573;
mov.f32 %f380, 0f3F000000;
mov.f32 %f381, 0f3BBB989D;
fma.rn.f32 %f382, %f379, %f381, %f380;
mov.f32 %f383, 0f3FB8AA3B;
mov.f32 %f384, 0f437C0000;
cvt.sat.f32.f32 %f385, %f382;
mov.f32 %f386, 0f4B400001;
fma.rm.f32 %f387, %f385, %f384, %f386;
add.f32 %f388, %f387, 0fCB40007F;
neg.f32 %f389, %f388;
fma.rn.f32 %f390, %f379, %f383, %f389;
mov.f32 %f391, 0f32A57060;
fma.rn.f32 %f392, %f379, %f391, %f390;
mov.b32 %r102, %f387;
shl.b32 %r103, %r102, 23;
mov.b32 %f393, %r103;
ex2.approx.ftz.f32 %f394, %f392;
mul.f32 %f395, %f394, %f393;
div.rn.f32 %f585, %f395, %f580;
$L__BB16_50:
shl.b64 %rd114, %rd18, 2;
add.s64 %rd115, %rd1, %rd114;
st.global.f32 [%rd115], %f585;
setp.eq.s32 %p36, %r8, 1;
@%p36 bra $L__BB16_78;
add.s32 %r104, %r146, 1;
cvt.u64.u32 %rd116, %r104;
mul.lo.s64 %rd117, %rd116, %rd3;
add.s64 %rd19, %rd117, %rd12;
setp.ge.u32 %p37, %r104, %r47;
mov.f32 %f586, 0f00000000;
@%p37 bra $L__BB16_53;
shl.b64 %rd118, %rd19, 2;
add.s64 %rd119, %rd2, %rd118;
ld.global.f32 %f397, [%rd119];
sub.f32 %f398, %f397, %f573;
mov.f32 %f399, 0f3F000000;
mov.f32 %f400, 0f3BBB989D;
fma.rn.f32 %f401, %f398, %f400, %f399;
mov.f32 %f402, 0f3FB8AA3B;
mov.f32 %f403, 0f437C0000;
cvt.sat.f32.f32 %f404, %f401;
mov.f32 %f405, 0f4B400001;
fma.rm.f32 %f406, %f404, %f403, %f405;
add.f32 %f407, %f406, 0fCB40007F;
neg.f32 %f408, %f407;
fma.rn.f32 %f409, %f398, %f402, %f408;
mov.f32 %f410, 0f32A57060;
fma.rn.f32 %f411, %f398, %f410, %f409;
mov.b32 %r105, %f406;
shl.b32 %r106, %r105, 23;
mov.b32 %f412, %r106;
ex2.approx.ftz.f32 %f413, %f411;
mul.f32 %f414, %f413, %f412;
div.rn.f32 %f586, %f414, %f580;
$L__BB16_53:
shl.b64 %rd120, %rd19, 2;
add.s64 %rd121, %rd1, %rd120;
st.global.f32 [%rd121], %f586;
setp.eq.s32 %p38, %r8, 2;
@%p38 bra $L__BB16_78;
add.s32 %r107, %r146, 2;
cvt.u64.u32 %rd122, %r107;
mul.lo.s64 %rd123, %rd122, %rd3;
add.s64 %rd20, %rd123, %rd12;
setp.ge.u32 %p39, %r107, %r47;
mov.f32 %f587, 0f00000000;
@%p39 bra $L__BB16_56;
shl.b64 %rd124, %rd20, 2;
add.s64 %rd125, %rd2, %rd124;
ld.global.f32 %f416, [%rd125];
sub.f32 %f417, %f416, %f573;
mov.f32 %f418, 0f3F000000;
mov.f32 %f419, 0f3BBB989D;
fma.rn.f32 %f420, %f417, %f419, %f418;
mov.f32 %f421, 0f3FB8AA3B;
mov.f32 %f422, 0f437C0000;
cvt.sat.f32.f32 %f423, %f420;
mov.f32 %f424, 0f4B400001;
fma.rm.f32 %f425, %f423, %f422, %f424;
add.f32 %f426, %f425, 0fCB40007F;
neg.f32 %f427, %f426;
fma.rn.f32 %f428, %f417, %f421, %f427;
mov.f32 %f429, 0f32A57060;
fma.rn.f32 %f430, %f417, %f429, %f428;
mov.b32 %r108, %f425;
shl.b32 %r109, %r108, 23;
mov.b32 %f431, %r109;
ex2.approx.ftz.f32 %f432, %f430;
mul.f32 %f433, %f432, %f431;
div.rn.f32 %f587, %f433, %f580;
$L__BB16_56:
shl.b64 %rd126, %rd20, 2;
add.s64 %rd127, %rd1, %rd126;
st.global.f32 [%rd127], %f587;
bra.uni $L__BB16_78;
$L__BB16_57:
setp.lt.u32 %p40, %r5, 3;
mov.u32 %r149, 0;
@%p40 bra $L__BB16_68;
mov.u32 %r148, %r9;
$L__BB16_59:
cvt.u64.u32 %rd128, %r149;
add.s64 %rd21, %rd13, %rd128;
shl.b64 %rd129, %rd21, 2;
add.s64 %rd22, %rd2, %rd129;
setp.ge.u32 %p41, %r149, %r47;
mov.f32 %f589, 0f00000000;
mov.f32 %f588, %f589;
@%p41 bra $L__BB16_61;
ld.global.f32 %f435, [%rd22];
sub.f32 %f436, %f435, %f573;
mov.f32 %f437, 0f3F000000;
mov.f32 %f438, 0f3BBB989D;
fma.rn.f32 %f439, %f436, %f438, %f437;
mov.f32 %f440, 0f3FB8AA3B;
mov.f32 %f441, 0f437C0000;
cvt.sat.f32.f32 %f442, %f439;
mov.f32 %f443, 0f4B400001;
fma.rm.f32 %f444, %f442, %f441, %f443;
add.f32 %f445, %f444, 0fCB40007F;
neg.f32 %f446, %f445;
fma.rn.f32 %f447, %f436, %f440, %f446;
mov.f32 %f448, 0f32A57060;
fma.rn.f32 %f449, %f436, %f448, %f447;
mov.b32 %r112, %f444;
shl.b32 %r113, %r112, 23;
mov.b32 %f450, %r113;
ex2.approx.ftz.f32 %f451, %f449;
mul.f32 %f452, %f451, %f450;
div.rn.f32 %f588, %f452, %f580;
$L__BB16_61:
add.s64 %rd23, %rd1, %rd129;
st.global.f32 [%rd23], %f588;
add.s32 %r114, %r149, 1;
setp.ge.u32 %p42, %r114, %r47;
@%p42 bra $L__BB16_63;
ld.global.f32 %f454, [%rd22+4];
sub.f32 %f455, %f454, %f573;
mov.f32 %f456, 0f3F000000;
mov.f32 %f457, 0f3BBB989D;
fma.rn.f32 %f458, %f455, %f457, %f456;
mov.f32 %f459, 0f3FB8AA3B;
mov.f32 %f460, 0f437C0000;
cvt.sat.f32.f32 %f461, %f458;
mov.f32 %f462, 0f4B400001;
fma.rm.f32 %f463, %f461, %f460, %f462;
add.f32 %f464, %f463, 0fCB40007F;
neg.f32 %f465, %f464;
fma.rn.f32 %f466, %f455, %f459, %f465;
mov.f32 %f467, 0f32A57060;
fma.rn.f32 %f468, %f455, %f467, %f466;
mov.b32 %r115, %f463;
shl.b32 %r116, %r115, 23;
mov.b32 %f469, %r116;
ex2.approx.ftz.f32 %f470, %f468;
mul.f32 %f471, %f470, %f469;
div.rn.f32 %f589, %f471, %f580;
$L__BB16_63:
st.global.f32 [%rd23+4], %f589;
add.s32 %r117, %r149, 2;
setp.ge.u32 %p43, %r117, %r47;
mov.f32 %f591, 0f00000000;
mov.f32 %f590, %f591;
@%p43 bra $L__BB16_65;
ld.global.f32 %f473, [%rd22+8];
sub.f32 %f474, %f473, %f573;
mov.f32 %f475, 0f3F000000;
mov.f32 %f476, 0f3BBB989D;
fma.rn.f32 %f477, %f474, %f476, %f475;
mov.f32 %f478, 0f3FB8AA3B;
mov.f32 %f479, 0f437C0000;
cvt.sat.f32.f32 %f480, %f477;
mov.f32 %f481, 0f4B400001;
fma.rm.f32 %f482, %f480, %f479, %f481;
add.f32 %f483, %f482, 0fCB40007F;
neg.f32 %f484, %f483;
fma.rn.f32 %f485, %f474, %f478, %f484;
mov.f32 %f486, 0f32A57060;
fma.rn.f32 %f487, %f474, %f486, %f485;
mov.b32 %r118, %f482;
shl.b32 %r119, %r118, 23;
mov.b32 %f488, %r119;
ex2.approx.ftz.f32 %f489, %f487;
mul.f32 %f490, %f489, %f488;
div.rn.f32 %f590, %f490, %f580;
$L__BB16_65:
st.global.f32 [%rd23+8], %f590;
add.s32 %r120, %r149, 3;
setp.ge.u32 %p44, %r120, %r47;
@%p44 bra $L__BB16_67;
ld.global.f32 %f492, [%rd22+12];
sub.f32 %f493, %f492, %f573;
mov.f32 %f494, 0f3F000000;
mov.f32 %f495, 0f3BBB989D;
fma.rn.f32 %f496, %f493, %f495, %f494;
mov.f32 %f497, 0f3FB8AA3B;
mov.f32 %f498, 0f437C0000;
cvt.sat.f32.f32 %f499, %f496;
mov.f32 %f500, 0f4B400001;
fma.rm.f32 %f501, %f499, %f498, %f500;
add.f32 %f502, %f501, 0fCB40007F;
neg.f32 %f503, %f502;
fma.rn.f32 %f504, %f493, %f497, %f503;
mov.f32 %f505, 0f32A57060;
fma.rn.f32 %f506, %f493, %f505, %f504;
mov.b32 %r121, %f501;
shl.b32 %r122, %r121, 23;
mov.b32 %f507, %r122;
ex2.approx.ftz.f32 %f508, %f506;
mul.f32 %f509, %f508, %f507;
div.rn.f32 %f591, %f509, %f580;
$L__BB16_67:
st.global.f32 [%rd23+12], %f591;
add.s32 %r149, %r149, 4;
add.s32 %r148, %r148, -4;
setp.ne.s32 %p45, %r148, 0;
@%p45 bra $L__BB16_59;
$L__BB16_68:
setp.eq.s32 %p46, %r8, 0;
@%p46 bra $L__BB16_78;
cvt.u64.u32 %rd131, %r149;
add.s64 %rd24, %rd13, %rd131;
shl.b64 %rd132, %rd24, 2;
add.s64 %rd25, %rd2, %rd132;
setp.ge.u32 %p47, %r149, %r47;
mov.f32 %f592, 0f00000000;
@%p47 bra $L__BB16_71;
ld.global.f32 %f511, [%rd25];
sub.f32 %f512, %f511, %f573;
mov.f32 %f513, 0f3F000000;
mov.f32 %f514, 0f3BBB989D;
fma.rn.f32 %f515, %f512, %f514, %f513;
mov.f32 %f516, 0f3FB8AA3B;
mov.f32 %f517, 0f437C0000;
cvt.sat.f32.f32 %f518, %f515;
mov.f32 %f519, 0f4B400001;
fma.rm.f32 %f520, %f518, %f517, %f519;
add.f32 %f521, %f520, 0fCB40007F;
neg.f32 %f522, %f521;
fma.rn.f32 %f523, %f512, %f516, %f522;
mov.f32 %f524, 0f32A57060;
fma.rn.f32 %f525, %f512, %f524, %f523;
mov.b32 %r123, %f520;
shl.b32 %r124, %r123, 23;
mov.b32 %f526, %r124;
ex2.approx.ftz.f32 %f527, %f525;
mul.f32 %f528, %f527, %f526;
div.rn.f32 %f592, %f528, %f580;
$L__BB16_71:
add.s64 %rd26, %rd1, %rd132;
st.global.f32 [%rd26], %f592;
setp.eq.s32 %p48, %r8, 1;
@%p48 bra $L__BB16_78;
add.s32 %r125, %r149, 1;
setp.ge.u32 %p49, %r125, %r47;
mov.f32 %f593, 0f00000000;
@%p49 bra $L__BB16_74;
ld.global.f32 %f530, [%rd25+4];
sub.f32 %f531, %f530, %f573;
mov.f32 %f532, 0f3F000000;
mov.f32 %f533, 0f3BBB989D;
fma.rn.f32 %f534, %f531, %f533, %f532;
mov.f32 %f535, 0f3FB8AA3B;
mov.f32 %f536, 0f437C0000;
cvt.sat.f32.f32 %f537, %f534;
mov.f32 %f538, 0f4B400001;
fma.rm.f32 %f539, %f537, %f536, %f538;
add.f32 %f540, %f539, 0fCB40007F;
neg.f32 %f541, %f540;
fma.rn.f32 %f542, %f531, %f535, %f541;
mov.f32 %f543, 0f32A57060;
fma.rn.f32 %f544, %f531, %f543, %f542;
mov.b32 %r126, %f539;
shl.b32 %r127, %r126, 23;
mov.b32 %f545, %r127;
ex2.approx.ftz.f32 %f546, %f544;
mul.f32 %f547, %f546, %f545;
div.rn.f32 %f593, %f547, %f580;
$L__BB16_74:
st.global.f32 [%rd26+4], %f593;
setp.eq.s32 %p50, %r8, 2;
@%p50 bra $L__BB16_78;
add.s32 %r128, %r149, 2;
setp.ge.u32 %p51, %r128, %r47;
mov.f32 %f594, 0f00000000;
@%p51 bra $L__BB16_77;
ld.global.f32 %f549, [%rd25+8];
sub.f32 %f550, %f549, %f573;
mov.f32 %f551, 0f3F000000;
mov.f32 %f552, 0f3BBB989D;
fma.rn.f32 %f553, %f550, %f552, %f551;
mov.f32 %f554, 0f3FB8AA3B;
mov.f32 %f555, 0f437C0000;
cvt.sat.f32.f32 %f556, %f553;
mov.f32 %f557, 0f4B400001;
fma.rm.f32 %f558, %f556, %f555, %f557;
add.f32 %f559, %f558, 0fCB40007F;
neg.f32 %f560, %f559;
fma.rn.f32 %f561, %f550, %f554, %f560;
mov.f32 %f562, 0f32A57060;
fma.rn.f32 %f563, %f550, %f562, %f561;
mov.b32 %r129, %f558;
shl.b32 %r130, %r129, 23;
mov.b32 %f564, %r130;
ex2.approx.ftz.f32 %f565, %f563;
mul.f32 %f566, %f565, %f564;
div.rn.f32 %f594, %f566, %f580;
$L__BB16_77:
st.global.f32 [%rd26+8], %f594;
$L__BB16_78:
add.s32 %r131, %r131, %r3;
setp.lt.u32 %p52, %r131, %r45;
@%p52 bra $L__BB16_2;
$L__BB16_79:
ret;
}
.visible .entry labels_f32(
.param .u64 labels_f32_param_0,
.param .u64 labels_f32_param_1,
.param .u64 labels_f32_param_2,
.param .u32 labels_f32_param_3,
.param .u32 labels_f32_param_4,
.param .u32 labels_f32_param_5,
.param .u32 labels_f32_param_6
)
{
.reg .pred %p<78>;
.reg .b16 %rs<2>;
.reg .f32 %f<36>;
.reg .b32 %r<121>;
.reg .b64 %rd<69>;
ld.param.u64 %rd10, [labels_f32_param_0];
ld.param.u64 %rd11, [labels_f32_param_1];
ld.param.u64 %rd12, [labels_f32_param_2];
ld.param.u32 %r36, [labels_f32_param_3];
ld.param.u32 %r37, [labels_f32_param_4];
ld.param.u32 %r38, [labels_f32_param_5];
ld.param.u32 %r39, [labels_f32_param_6];
cvta.to.global.u64 %rd1, %rd12;
cvta.to.global.u64 %rd2, %rd11;
cvta.to.global.u64 %rd3, %rd10;
mov.u32 %r1, %ntid.x;
mov.u32 %r40, %ctaid.x;
mov.u32 %r41, %tid.x;
mad.lo.s32 %r106, %r40, %r1, %r41;
setp.ge.u32 %p17, %r106, %r36;
@%p17 bra $L__BB17_25;
setp.eq.s32 %p18, %r39, 0;
selp.b32 %r42, %r37, 1, %p18;
cvt.u64.u32 %rd4, %r42;
cvt.u64.u32 %rd5, %r36;
mov.u32 %r43, %nctaid.x;
mul.lo.s32 %r3, %r43, %r1;
setp.gt.u32 %p19, %r38, 1;
@%p19 bra $L__BB17_6;
bra.uni $L__BB17_3;
$L__BB17_6:
add.s32 %r47, %r38, -1;
add.s32 %r6, %r38, -2;
and.b32 %r7, %r47, 3;
sub.s32 %r8, %r47, %r7;
shl.b64 %rd6, %rd5, 2;
cvt.u64.u32 %rd7, %r37;
$L__BB17_7:
cvt.u64.u32 %rd8, %r106;
mul.lo.s64 %rd18, %rd4, %rd8;
shl.b64 %rd19, %rd18, 2;
add.s64 %rd20, %rd3, %rd19;
ld.global.f32 %f35, [%rd20];
mov.b32 %r48, %f35;
and.b32 %r49, %r48, 2139095040;
setp.eq.s32 %p77, %r49, 2139095040;
mul.lo.s64 %rd9, %rd8, %rd7;
@%p18 bra $L__BB17_15;
setp.lt.u32 %p24, %r6, 3;
mov.u32 %r120, 0;
mov.u32 %r112, 1;
@%p24 bra $L__BB17_11;
mov.u32 %r110, %r8;
$L__BB17_10:
cvt.u64.u32 %rd21, %r112;
mul.lo.s64 %rd22, %rd21, %rd5;
add.s64 %rd23, %rd22, %rd8;
shl.b64 %rd24, %rd23, 2;
add.s64 %rd25, %rd3, %rd24;
ld.global.f32 %f12, [%rd25];
mov.b32 %r55, %f12;
and.b32 %r56, %r55, 2139095040;
setp.eq.s32 %p25, %r56, 2139095040;
setp.gt.f32 %p26, %f12, %f35;
selp.f32 %f13, %f12, %f35, %p26;
selp.b32 %r57, %r112, %r120, %p26;
or.pred %p27, %p77, %p25;
add.s64 %rd26, %rd25, %rd6;
ld.global.f32 %f14, [%rd26];
mov.b32 %r58, %f14;
and.b32 %r59, %r58, 2139095040;
setp.eq.s32 %p28, %r59, 2139095040;
setp.gt.f32 %p29, %f14, %f13;
selp.f32 %f15, %f14, %f13, %p29;
add.s32 %r60, %r112, 1;
selp.b32 %r61, %r60, %r57, %p29;
or.pred %p30, %p27, %p28;
add.s64 %rd27, %rd26, %rd6;
ld.global.f32 %f16, [%rd27];
mov.b32 %r62, %f16;
and.b32 %r63, %r62, 2139095040;
setp.eq.s32 %p31, %r63, 2139095040;
setp.gt.f32 %p32, %f16, %f15;
selp.f32 %f17, %f16, %f15, %p32;
add.s32 %r64, %r112, 2;
selp.b32 %r65, %r64, %r61, %p32;
or.pred %p33, %p30, %p31;
add.s32 %r66, %r112, 3;
cvt.u64.u32 %rd28, %r66;
mul.lo.s64 %rd29, %rd28, %rd5;
add.s64 %rd30, %rd29, %rd8;
shl.b64 %rd31, %rd30, 2;
add.s64 %rd32, %rd3, %rd31;
ld.global.f32 %f18, [%rd32];
mov.b32 %r67, %f18;
and.b32 %r68, %r67, 2139095040;
setp.eq.s32 %p34, %r68, 2139095040;
setp.gt.f32 %p35, %f18, %f17;
selp.f32 %f35, %f18, %f17, %p35;
selp.b32 %r120, %r66, %r65, %p35;
add.s32 %r112, %r112, 4;
or.pred %p77, %p33, %p34;
add.s32 %r110, %r110, -4;
setp.ne.s32 %p36, %r110, 0;
@%p36 bra $L__BB17_10;
$L__BB17_11:
setp.eq.s32 %p37, %r7, 0;
@%p37 bra $L__BB17_22;
setp.eq.s32 %p38, %r7, 1;
cvt.u64.u32 %rd33, %r112;
mul.lo.s64 %rd34, %rd33, %rd5;
add.s64 %rd35, %rd34, %rd8;
shl.b64 %rd36, %rd35, 2;
add.s64 %rd37, %rd3, %rd36;
ld.global.f32 %f19, [%rd37];
mov.b32 %r69, %f19;
and.b32 %r70, %r69, 2139095040;
setp.eq.s32 %p39, %r70, 2139095040;
setp.gt.f32 %p40, %f19, %f35;
selp.f32 %f5, %f19, %f35, %p40;
selp.b32 %r120, %r112, %r120, %p40;
or.pred %p77, %p77, %p39;
@%p38 bra $L__BB17_22;
add.s32 %r71, %r112, 1;
setp.eq.s32 %p41, %r7, 2;
cvt.u64.u32 %rd38, %r71;
mul.lo.s64 %rd39, %rd38, %rd5;
add.s64 %rd40, %rd39, %rd8;
shl.b64 %rd41, %rd40, 2;
add.s64 %rd42, %rd3, %rd41;
ld.global.f32 %f20, [%rd42];
mov.b32 %r72, %f20;
and.b32 %r73, %r72, 2139095040;
setp.eq.s32 %p42, %r73, 2139095040;
setp.gt.f32 %p43, %f20, %f5;
selp.f32 %f6, %f20, %f5, %p43;
selp.b32 %r120, %r71, %r120, %p43;
or.pred %p77, %p77, %p42;
@%p41 bra $L__BB17_22;
add.s32 %r74, %r112, 2;
cvt.u64.u32 %rd43, %r74;
mul.lo.s64 %rd44, %rd43, %rd5;
add.s64 %rd45, %rd44, %rd8;
shl.b64 %rd46, %rd45, 2;
add.s64 %rd47, %rd3, %rd46;
ld.global.f32 %f21, [%rd47];
mov.b32 %r75, %f21;
and.b32 %r76, %r75, 2139095040;
setp.eq.s32 %p44, %r76, 2139095040;
setp.gt.f32 %p45, %f21, %f6;
selp.b32 %r120, %r74, %r120, %p45;
or.pred %p77, %p77, %p44;
bra.uni $L__BB17_22;
$L__BB17_15:
setp.lt.u32 %p47, %r6, 3;
mov.u32 %r120, 0;
mov.u32 %r118, 1;
@%p47 bra $L__BB17_18;
mov.u32 %r116, %r8;
$L__BB17_17:
cvt.u64.u32 %rd48, %r118;
add.s64 %rd49, %rd9, %rd48;
shl.b64 %rd50, %rd49, 2;
add.s64 %rd51, %rd3, %rd50;
ld.global.f32 %f22, [%rd51];
mov.b32 %r82, %f22;
and.b32 %r83, %r82, 2139095040;
setp.eq.s32 %p48, %r83, 2139095040;
setp.gt.f32 %p49, %f22, %f35;
selp.f32 %f23, %f22, %f35, %p49;
selp.b32 %r84, %r118, %r120, %p49;
or.pred %p50, %p77, %p48;
ld.global.f32 %f24, [%rd51+4];
mov.b32 %r85, %f24;
and.b32 %r86, %r85, 2139095040;
setp.eq.s32 %p51, %r86, 2139095040;
setp.gt.f32 %p52, %f24, %f23;
selp.f32 %f25, %f24, %f23, %p52;
add.s32 %r87, %r118, 1;
selp.b32 %r88, %r87, %r84, %p52;
or.pred %p53, %p50, %p51;
ld.global.f32 %f26, [%rd51+8];
mov.b32 %r89, %f26;
and.b32 %r90, %r89, 2139095040;
setp.eq.s32 %p54, %r90, 2139095040;
setp.gt.f32 %p55, %f26, %f25;
selp.f32 %f27, %f26, %f25, %p55;
add.s32 %r91, %r118, 2;
selp.b32 %r92, %r91, %r88, %p55;
or.pred %p56, %p53, %p54;
add.s32 %r93, %r118, 3;
cvt.u64.u32 %rd52, %r93;
add.s64 %rd53, %rd9, %rd52;
shl.b64 %rd54, %rd53, 2;
add.s64 %rd55, %rd3, %rd54;
ld.global.f32 %f28, [%rd55];
mov.b32 %r94, %f28;
and.b32 %r95, %r94, 2139095040;
setp.eq.s32 %p57, %r95, 2139095040;
setp.gt.f32 %p58, %f28, %f27;
selp.f32 %f35, %f28, %f27, %p58;
selp.b32 %r120, %r93, %r92, %p58;
add.s32 %r118, %r118, 4;
or.pred %p77, %p56, %p57;
add.s32 %r116, %r116, -4;
setp.ne.s32 %p59, %r116, 0;
@%p59 bra $L__BB17_17;
$L__BB17_18:
setp.eq.s32 %p60, %r7, 0;
@%p60 bra $L__BB17_22;
setp.eq.s32 %p61, %r7, 1;
cvt.u64.u32 %rd56, %r118;
add.s64 %rd57, %rd9, %rd56;
shl.b64 %rd58, %rd57, 2;
add.s64 %rd59, %rd3, %rd58;
ld.global.f32 %f29, [%rd59];
mov.b32 %r96, %f29;
and.b32 %r97, %r96, 2139095040;
setp.eq.s32 %p62, %r97, 2139095040;
setp.gt.f32 %p63, %f29, %f35;
selp.f32 %f10, %f29, %f35, %p63;
selp.b32 %r120, %r118, %r120, %p63;
or.pred %p77, %p77, %p62;
@%p61 bra $L__BB17_22;
add.s32 %r98, %r118, 1;
setp.eq.s32 %p64, %r7, 2;
cvt.u64.u32 %rd60, %r98;
add.s64 %rd61, %rd9, %rd60;
shl.b64 %rd62, %rd61, 2;
add.s64 %rd63, %rd3, %rd62;
ld.global.f32 %f30, [%rd63];
mov.b32 %r99, %f30;
and.b32 %r100, %r99, 2139095040;
setp.eq.s32 %p65, %r100, 2139095040;
setp.gt.f32 %p66, %f30, %f10;
selp.f32 %f11, %f30, %f10, %p66;
selp.b32 %r120, %r98, %r120, %p66;
or.pred %p77, %p77, %p65;
@%p64 bra $L__BB17_22;
add.s32 %r101, %r118, 2;
cvt.u64.u32 %rd64, %r101;
add.s64 %rd65, %rd9, %rd64;
shl.b64 %rd66, %rd65, 2;
add.s64 %rd67, %rd3, %rd66;
ld.global.f32 %f31, [%rd67];
mov.b32 %r102, %f31;
and.b32 %r103, %r102, 2139095040;
setp.eq.s32 %p67, %r103, 2139095040;
setp.gt.f32 %p68, %f31, %f11;
selp.b32 %r120, %r101, %r120, %p68;
or.pred %p77, %p77, %p67;
$L__BB17_22:
add.s64 %rd68, %rd2, %rd8;
st.global.u8 [%rd68], %r120;
not.pred %p69, %p77;
@%p69 bra $L__BB17_24;
mov.u32 %r104, 1;
st.global.u32 [%rd1], %r104;
$L__BB17_24:
cvt.u32.u64 %r105, %rd8;
add.s32 %r106, %r105, %r3;
setp.lt.u32 %p70, %r106, %r36;
@%p70 bra $L__BB17_7;
bra.uni $L__BB17_25;
$L__BB17_3:
cvt.u64.u32 %rd13, %r106;
mul.lo.s64 %rd14, %rd4, %rd13;
shl.b64 %rd15, %rd14, 2;
add.s64 %rd16, %rd3, %rd15;
ld.global.u32 %r44, [%rd16];
and.b32 %r45, %r44, 2139095040;
setp.ne.s32 %p20, %r45, 2139095040;
add.s64 %rd17, %rd2, %rd13;
mov.u16 %rs1, 0;
st.global.u8 [%rd17], %rs1;
@%p20 bra $L__BB17_5;
mov.u32 %r46, 1;
st.global.u32 [%rd1], %r46;
$L__BB17_5:
add.s32 %r106, %r106, %r3;
setp.lt.u32 %p21, %r106, %r36;
@%p21 bra $L__BB17_3;
$L__BB17_25:
ret;
}
.visible .entry scores_f32(
.param .u64 scores_f32_param_0,
.param .u64 scores_f32_param_1,
.param .u64 scores_f32_param_2,
.param .u32 scores_f32_param_3,
.param .u32 scores_f32_param_4,
.param .u32 scores_f32_param_5,
.param .u32 scores_f32_param_6
)
{
.reg .pred %p<31>;
.reg .f32 %f<15>;
.reg .b32 %r<92>;
.reg .b64 %rd<64>;
ld.param.u64 %rd23, [scores_f32_param_0];
ld.param.u64 %rd22, [scores_f32_param_1];
ld.param.u64 %rd24, [scores_f32_param_2];
ld.param.u32 %r23, [scores_f32_param_3];
ld.param.u32 %r24, [scores_f32_param_4];
ld.param.u32 %r25, [scores_f32_param_5];
ld.param.u32 %r26, [scores_f32_param_6];
cvta.to.global.u64 %rd1, %rd24;
cvta.to.global.u64 %rd2, %rd23;
mov.u32 %r1, %ntid.x;
mov.u32 %r27, %ctaid.x;
mov.u32 %r28, %tid.x;
mad.lo.s32 %r83, %r27, %r1, %r28;
setp.ge.u32 %p1, %r83, %r23;
@%p1 bra $L__BB18_49;
setp.eq.s32 %p2, %r25, 0;
mov.u32 %r29, %nctaid.x;
mul.lo.s32 %r3, %r29, %r1;
cvt.u64.u32 %rd3, %r23;
@%p2 bra $L__BB18_48;
setp.eq.s32 %p3, %r26, 0;
and.b32 %r4, %r25, 3;
@%p3 bra $L__BB18_25;
shl.b64 %rd4, %rd3, 2;
add.s32 %r31, %r25, -1;
$L__BB18_4:
setp.lt.u32 %p4, %r31, 3;
cvt.u64.u32 %rd5, %r83;
mul.wide.u32 %rd6, %r83, %r25;
mov.u32 %r86, 0;
@%p4 bra $L__BB18_15;
sub.s32 %r85, %r25, %r4;
$L__BB18_6:
cvt.u64.u32 %rd25, %r86;
mul.lo.s64 %rd26, %rd25, %rd3;
add.s64 %rd27, %rd26, %rd5;
shl.b64 %rd28, %rd27, 2;
add.s64 %rd7, %rd2, %rd28;
ld.global.f32 %f1, [%rd7];
add.s64 %rd29, %rd6, %rd25;
cvta.to.global.u64 %rd30, %rd22;
shl.b64 %rd31, %rd29, 2;
add.s64 %rd8, %rd30, %rd31;
st.global.f32 [%rd8], %f1;
mov.b32 %r34, %f1;
and.b32 %r35, %r34, 2139095040;
setp.ne.s32 %p5, %r35, 2139095040;
@%p5 bra $L__BB18_8;
mov.u32 %r36, 1;
st.global.u32 [%rd1], %r36;
$L__BB18_8:
add.s64 %rd9, %rd7, %rd4;
ld.global.f32 %f2, [%rd9];
st.global.f32 [%rd8+4], %f2;
mov.b32 %r37, %f2;
and.b32 %r38, %r37, 2139095040;
setp.ne.s32 %p6, %r38, 2139095040;
@%p6 bra $L__BB18_10;
mov.u32 %r39, 1;
st.global.u32 [%rd1], %r39;
$L__BB18_10:
add.s64 %rd11, %rd9, %rd4;
ld.global.f32 %f3, [%rd11];
st.global.f32 [%rd8+8], %f3;
mov.b32 %r40, %f3;
and.b32 %r41, %r40, 2139095040;
setp.ne.s32 %p7, %r41, 2139095040;
@%p7 bra $L__BB18_12;
mov.u32 %r42, 1;
st.global.u32 [%rd1], %r42;
$L__BB18_12:
add.s64 %rd32, %rd11, %rd4;
ld.global.f32 %f4, [%rd32];
st.global.f32 [%rd8+12], %f4;
mov.b32 %r43, %f4;
and.b32 %r44, %r43, 2139095040;
setp.ne.s32 %p8, %r44, 2139095040;
@%p8 bra $L__BB18_14;
mov.u32 %r45, 1;
st.global.u32 [%rd1], %r45;
$L__BB18_14:
add.s32 %r86, %r86, 4;
add.s32 %r85, %r85, -4;
setp.ne.s32 %p9, %r85, 0;
@%p9 bra $L__BB18_6;
$L__BB18_15:
setp.eq.s32 %p10, %r4, 0;
@%p10 bra $L__BB18_24;
cvt.u64.u32 %rd33, %r86;
mul.lo.s64 %rd34, %rd33, %rd3;
add.s64 %rd35, %rd34, %rd5;
shl.b64 %rd36, %rd35, 2;
add.s64 %rd37, %rd2, %rd36;
ld.global.f32 %f5, [%rd37];
add.s64 %rd38, %rd6, %rd33;
cvta.to.global.u64 %rd39, %rd22;
shl.b64 %rd40, %rd38, 2;
add.s64 %rd12, %rd39, %rd40;
st.global.f32 [%rd12], %f5;
mov.b32 %r46, %f5;
and.b32 %r47, %r46, 2139095040;
setp.ne.s32 %p11, %r47, 2139095040;
@%p11 bra $L__BB18_18;
mov.u32 %r48, 1;
st.global.u32 [%rd1], %r48;
$L__BB18_18:
setp.eq.s32 %p12, %r4, 1;
@%p12 bra $L__BB18_24;
add.s32 %r49, %r86, 1;
cvt.u64.u32 %rd41, %r49;
mul.lo.s64 %rd42, %rd41, %rd3;
add.s64 %rd43, %rd42, %rd5;
shl.b64 %rd44, %rd43, 2;
add.s64 %rd45, %rd2, %rd44;
ld.global.f32 %f6, [%rd45];
st.global.f32 [%rd12+4], %f6;
mov.b32 %r50, %f6;
and.b32 %r51, %r50, 2139095040;
setp.ne.s32 %p13, %r51, 2139095040;
@%p13 bra $L__BB18_21;
mov.u32 %r52, 1;
st.global.u32 [%rd1], %r52;
$L__BB18_21:
setp.eq.s32 %p14, %r4, 2;
@%p14 bra $L__BB18_24;
add.s32 %r53, %r86, 2;
cvt.u64.u32 %rd46, %r53;
mul.lo.s64 %rd47, %rd46, %rd3;
add.s64 %rd48, %rd47, %rd5;
shl.b64 %rd49, %rd48, 2;
add.s64 %rd50, %rd2, %rd49;
ld.global.f32 %f7, [%rd50];
st.global.f32 [%rd12+8], %f7;
mov.b32 %r54, %f7;
and.b32 %r55, %r54, 2139095040;
setp.ne.s32 %p15, %r55, 2139095040;
@%p15 bra $L__BB18_24;
mov.u32 %r56, 1;
st.global.u32 [%rd1], %r56;
$L__BB18_24:
cvt.u32.u64 %r57, %rd5;
add.s32 %r83, %r57, %r3;
setp.lt.u32 %p16, %r83, %r23;
@%p16 bra $L__BB18_4;
bra.uni $L__BB18_49;
$L__BB18_48:
add.s32 %r83, %r83, %r3;
setp.lt.u32 %p30, %r83, %r23;
@%p30 bra $L__BB18_48;
bra.uni $L__BB18_49;
$L__BB18_25:
cvt.u64.u32 %rd13, %r24;
add.s32 %r59, %r25, -1;
cvta.to.global.u64 %rd62, %rd22;
$L__BB18_26:
setp.lt.u32 %p17, %r59, 3;
cvt.u64.u32 %rd51, %r83;
mul.lo.s64 %rd14, %rd51, %rd13;
mul.wide.u32 %rd15, %r83, %r25;
mov.u32 %r90, 0;
@%p17 bra $L__BB18_37;
sub.s32 %r89, %r25, %r4;
$L__BB18_28:
cvt.u64.u32 %rd52, %r90;
add.s64 %rd53, %rd14, %rd52;
shl.b64 %rd54, %rd53, 2;
add.s64 %rd16, %rd2, %rd54;
ld.global.f32 %f8, [%rd16];
add.s64 %rd55, %rd15, %rd52;
shl.b64 %rd57, %rd55, 2;
add.s64 %rd17, %rd62, %rd57;
st.global.f32 [%rd17], %f8;
mov.b32 %r62, %f8;
and.b32 %r63, %r62, 2139095040;
setp.ne.s32 %p18, %r63, 2139095040;
@%p18 bra $L__BB18_30;
mov.u32 %r64, 1;
st.global.u32 [%rd1], %r64;
$L__BB18_30:
ld.global.f32 %f9, [%rd16+4];
st.global.f32 [%rd17+4], %f9;
mov.b32 %r65, %f9;
and.b32 %r66, %r65, 2139095040;
setp.ne.s32 %p19, %r66, 2139095040;
@%p19 bra $L__BB18_32;
mov.u32 %r67, 1;
st.global.u32 [%rd1], %r67;
$L__BB18_32:
ld.global.f32 %f10, [%rd16+8];
st.global.f32 [%rd17+8], %f10;
mov.b32 %r68, %f10;
and.b32 %r69, %r68, 2139095040;
setp.ne.s32 %p20, %r69, 2139095040;
@%p20 bra $L__BB18_34;
mov.u32 %r70, 1;
st.global.u32 [%rd1], %r70;
$L__BB18_34:
ld.global.f32 %f11, [%rd16+12];
st.global.f32 [%rd17+12], %f11;
mov.b32 %r71, %f11;
and.b32 %r72, %r71, 2139095040;
setp.ne.s32 %p21, %r72, 2139095040;
@%p21 bra $L__BB18_36;
mov.u32 %r73, 1;
st.global.u32 [%rd1], %r73;
$L__BB18_36:
add.s32 %r90, %r90, 4;
add.s32 %r89, %r89, -4;
setp.ne.s32 %p22, %r89, 0;
@%p22 bra $L__BB18_28;
$L__BB18_37:
setp.eq.s32 %p23, %r4, 0;
@%p23 bra $L__BB18_46;
cvt.u64.u32 %rd58, %r90;
add.s64 %rd59, %rd14, %rd58;
shl.b64 %rd60, %rd59, 2;
add.s64 %rd20, %rd2, %rd60;
ld.global.f32 %f12, [%rd20];
add.s64 %rd61, %rd15, %rd58;
shl.b64 %rd63, %rd61, 2;
add.s64 %rd21, %rd62, %rd63;
st.global.f32 [%rd21], %f12;
mov.b32 %r74, %f12;
and.b32 %r75, %r74, 2139095040;
setp.ne.s32 %p24, %r75, 2139095040;
@%p24 bra $L__BB18_40;
mov.u32 %r76, 1;
st.global.u32 [%rd1], %r76;
$L__BB18_40:
setp.eq.s32 %p25, %r4, 1;
@%p25 bra $L__BB18_46;
ld.global.f32 %f13, [%rd20+4];
st.global.f32 [%rd21+4], %f13;
mov.b32 %r77, %f13;
and.b32 %r78, %r77, 2139095040;
setp.ne.s32 %p26, %r78, 2139095040;
@%p26 bra $L__BB18_43;
mov.u32 %r79, 1;
st.global.u32 [%rd1], %r79;
$L__BB18_43:
setp.eq.s32 %p27, %r4, 2;
@%p27 bra $L__BB18_46;
ld.global.f32 %f14, [%rd20+8];
st.global.f32 [%rd21+8], %f14;
mov.b32 %r80, %f14;
and.b32 %r81, %r80, 2139095040;
setp.ne.s32 %p28, %r81, 2139095040;
@%p28 bra $L__BB18_46;
mov.u32 %r82, 1;
st.global.u32 [%rd1], %r82;
$L__BB18_46:
add.s32 %r83, %r83, %r3;
setp.lt.u32 %p29, %r83, %r23;
@%p29 bra $L__BB18_26;
$L__BB18_49:
ret;
}
.visible .entry head_labels_f32(
.param .u64 head_labels_f32_param_0,
.param .u64 head_labels_f32_param_1,
.param .u64 head_labels_f32_param_2,
.param .u64 head_labels_f32_param_3,
.param .u64 head_labels_f32_param_4,
.param .u32 head_labels_f32_param_5,
.param .u32 head_labels_f32_param_6,
.param .u32 head_labels_f32_param_7,
.param .u32 head_labels_f32_param_8,
.param .u32 head_labels_f32_param_9
)
{
.reg .pred %p<65>;
.reg .b16 %rs<19>;
.reg .f32 %f<139>;
.reg .b32 %r<153>;
.reg .b64 %rd<128>;
ld.param.u64 %rd18, [head_labels_f32_param_0];
ld.param.u64 %rd19, [head_labels_f32_param_1];
ld.param.u64 %rd20, [head_labels_f32_param_2];
ld.param.u64 %rd16, [head_labels_f32_param_3];
ld.param.u64 %rd17, [head_labels_f32_param_4];
ld.param.u32 %r54, [head_labels_f32_param_5];
ld.param.u32 %r55, [head_labels_f32_param_6];
ld.param.u32 %r56, [head_labels_f32_param_7];
ld.param.u32 %r57, [head_labels_f32_param_8];
ld.param.u32 %r58, [head_labels_f32_param_9];
cvta.to.global.u64 %rd1, %rd19;
cvta.to.global.u64 %rd2, %rd18;
cvta.to.global.u64 %rd3, %rd20;
mov.u32 %r1, %ntid.x;
mov.u32 %r59, %ctaid.x;
mov.u32 %r60, %tid.x;
mad.lo.s32 %r130, %r59, %r1, %r60;
setp.ge.u32 %p5, %r130, %r54;
@%p5 bra $L__BB19_48;
cvt.u64.u32 %rd4, %r54;
cvt.u64.u32 %rd5, %r55;
mov.u32 %r61, %nctaid.x;
mul.lo.s32 %r3, %r61, %r1;
add.s32 %r4, %r56, -1;
add.s32 %r62, %r57, -1;
and.b32 %r6, %r62, 3;
and.b32 %r7, %r56, 3;
sub.s32 %r8, %r56, %r7;
sub.s32 %r9, %r62, %r6;
mul.wide.u32 %rd6, %r54, 4;
cvta.to.global.u64 %rd7, %rd16;
cvta.to.global.u64 %rd8, %rd17;
$L__BB19_2:
ld.global.f32 %f128, [%rd3];
cvt.u64.u32 %rd9, %r130;
setp.eq.s32 %p6, %r56, 0;
@%p6 bra $L__BB19_18;
setp.eq.s32 %p7, %r58, 0;
mul.lo.s64 %rd10, %rd9, %rd5;
@%p7 bra $L__BB19_11;
setp.lt.u32 %p8, %r4, 3;
mov.u32 %r133, 0;
@%p8 bra $L__BB19_7;
mov.u32 %r132, %r8;
$L__BB19_6:
cvt.u64.u32 %rd21, %r133;
mul.lo.s64 %rd22, %rd21, %rd4;
add.s64 %rd23, %rd22, %rd9;
shl.b64 %rd24, %rd23, 2;
add.s64 %rd25, %rd2, %rd24;
mul.wide.u32 %rd26, %r133, 4;
add.s64 %rd27, %rd1, %rd26;
ld.global.f32 %f41, [%rd27];
ld.global.f32 %f42, [%rd25];
fma.rn.f32 %f43, %f42, %f41, %f128;
add.s64 %rd28, %rd25, %rd6;
ld.global.f32 %f44, [%rd27+4];
ld.global.f32 %f45, [%rd28];
fma.rn.f32 %f46, %f45, %f44, %f43;
add.s64 %rd29, %rd28, %rd6;
ld.global.f32 %f47, [%rd27+8];
ld.global.f32 %f48, [%rd29];
fma.rn.f32 %f49, %f48, %f47, %f46;
add.s64 %rd30, %rd29, %rd6;
ld.global.f32 %f50, [%rd27+12];
ld.global.f32 %f51, [%rd30];
fma.rn.f32 %f128, %f51, %f50, %f49;
add.s32 %r133, %r133, 4;
add.s32 %r132, %r132, -4;
setp.ne.s32 %p9, %r132, 0;
@%p9 bra $L__BB19_6;
$L__BB19_7:
setp.eq.s32 %p10, %r7, 0;
@%p10 bra $L__BB19_18;
setp.eq.s32 %p11, %r7, 1;
cvt.u64.u32 %rd31, %r133;
mul.lo.s64 %rd32, %rd31, %rd4;
add.s64 %rd33, %rd32, %rd9;
shl.b64 %rd34, %rd33, 2;
add.s64 %rd35, %rd2, %rd34;
mul.wide.u32 %rd36, %r133, 4;
add.s64 %rd11, %rd1, %rd36;
ld.global.f32 %f52, [%rd11];
ld.global.f32 %f53, [%rd35];
fma.rn.f32 %f128, %f53, %f52, %f128;
@%p11 bra $L__BB19_18;
setp.eq.s32 %p12, %r7, 2;
add.s32 %r65, %r133, 1;
cvt.u64.u32 %rd37, %r65;
mul.lo.s64 %rd38, %rd37, %rd4;
add.s64 %rd39, %rd38, %rd9;
shl.b64 %rd40, %rd39, 2;
add.s64 %rd41, %rd2, %rd40;
ld.global.f32 %f54, [%rd11+4];
ld.global.f32 %f55, [%rd41];
fma.rn.f32 %f128, %f55, %f54, %f128;
@%p12 bra $L__BB19_18;
add.s32 %r66, %r133, 2;
cvt.u64.u32 %rd42, %r66;
mul.lo.s64 %rd43, %rd42, %rd4;
add.s64 %rd44, %rd43, %rd9;
shl.b64 %rd45, %rd44, 2;
add.s64 %rd46, %rd2, %rd45;
ld.global.f32 %f56, [%rd11+8];
ld.global.f32 %f57, [%rd46];
fma.rn.f32 %f128, %f57, %f56, %f128;
bra.uni $L__BB19_18;
$L__BB19_11:
setp.lt.u32 %p13, %r4, 3;
mov.u32 %r136, 0;
@%p13 bra $L__BB19_14;
mov.u32 %r135, %r8;
$L__BB19_13:
cvt.u64.u32 %rd47, %r136;
add.s64 %rd48, %rd10, %rd47;
shl.b64 %rd49, %rd48, 2;
add.s64 %rd50, %rd2, %rd49;
mul.wide.u32 %rd51, %r136, 4;
add.s64 %rd52, %rd1, %rd51;
ld.global.f32 %f59, [%rd52];
ld.global.f32 %f60, [%rd50];
fma.rn.f32 %f61, %f60, %f59, %f128;
ld.global.f32 %f62, [%rd52+4];
ld.global.f32 %f63, [%rd50+4];
fma.rn.f32 %f64, %f63, %f62, %f61;
ld.global.f32 %f65, [%rd52+8];
ld.global.f32 %f66, [%rd50+8];
fma.rn.f32 %f67, %f66, %f65, %f64;
ld.global.f32 %f68, [%rd52+12];
ld.global.f32 %f69, [%rd50+12];
fma.rn.f32 %f128, %f69, %f68, %f67;
add.s32 %r136, %r136, 4;
add.s32 %r135, %r135, -4;
setp.ne.s32 %p14, %r135, 0;
@%p14 bra $L__BB19_13;
$L__BB19_14:
setp.eq.s32 %p15, %r7, 0;
@%p15 bra $L__BB19_18;
setp.eq.s32 %p16, %r7, 1;
cvt.u64.u32 %rd53, %r136;
add.s64 %rd54, %rd10, %rd53;
shl.b64 %rd55, %rd54, 2;
add.s64 %rd12, %rd2, %rd55;
mul.wide.u32 %rd56, %r136, 4;
add.s64 %rd13, %rd1, %rd56;
ld.global.f32 %f70, [%rd13];
ld.global.f32 %f71, [%rd12];
fma.rn.f32 %f128, %f71, %f70, %f128;
@%p16 bra $L__BB19_18;
setp.eq.s32 %p17, %r7, 2;
ld.global.f32 %f72, [%rd13+4];
ld.global.f32 %f73, [%rd12+4];
fma.rn.f32 %f128, %f73, %f72, %f128;
@%p17 bra $L__BB19_18;
ld.global.f32 %f74, [%rd13+8];
ld.global.f32 %f75, [%rd12+8];
fma.rn.f32 %f128, %f75, %f74, %f128;
$L__BB19_18:
mov.b32 %r70, %f128;
and.b32 %r71, %r70, 2139095040;
setp.ne.s32 %p18, %r71, 2139095040;
selp.u16 %rs18, 1, 0, %p18;
setp.lt.u32 %p19, %r57, 2;
mov.u32 %r152, 0;
@%p19 bra $L__BB19_45;
mul.lo.s64 %rd14, %rd9, %rd5;
@%p6 bra $L__BB19_37;
mov.u32 %r152, 0;
mov.u32 %r137, 1;
$L__BB19_21:
mul.wide.u32 %rd57, %r137, 4;
add.s64 %rd58, %rd3, %rd57;
ld.global.f32 %f136, [%rd58];
mul.lo.s32 %r24, %r137, %r56;
setp.eq.s32 %p21, %r58, 0;
@%p21 bra $L__BB19_29;
setp.lt.u32 %p22, %r4, 3;
mov.u32 %r141, 0;
@%p22 bra $L__BB19_25;
add.s32 %r139, %r24, 3;
add.s32 %r26, %r24, 1;
$L__BB19_24:
sub.s32 %r127, %r7, %r56;
cvt.u64.u32 %rd59, %r141;
mul.lo.s64 %rd60, %rd59, %rd4;
add.s64 %rd61, %rd60, %rd9;
shl.b64 %rd62, %rd61, 2;
add.s64 %rd63, %rd2, %rd62;
add.s32 %r76, %r24, %r141;
mul.wide.u32 %rd64, %r76, 4;
add.s64 %rd65, %rd1, %rd64;
ld.global.f32 %f77, [%rd65];
ld.global.f32 %f78, [%rd63];
fma.rn.f32 %f79, %f78, %f77, %f136;
add.s64 %rd66, %rd63, %rd6;
add.s32 %r77, %r26, %r141;
mul.wide.u32 %rd67, %r77, 4;
add.s64 %rd68, %rd1, %rd67;
ld.global.f32 %f80, [%rd68];
ld.global.f32 %f81, [%rd66];
fma.rn.f32 %f82, %f81, %f80, %f79;
add.s64 %rd69, %rd66, %rd6;
add.s32 %r78, %r139, -1;
mul.wide.u32 %rd70, %r78, 4;
add.s64 %rd71, %rd1, %rd70;
ld.global.f32 %f83, [%rd71];
ld.global.f32 %f84, [%rd69];
fma.rn.f32 %f85, %f84, %f83, %f82;
add.s64 %rd72, %rd69, %rd6;
mul.wide.u32 %rd73, %r139, 4;
add.s64 %rd74, %rd1, %rd73;
ld.global.f32 %f86, [%rd74];
ld.global.f32 %f87, [%rd72];
fma.rn.f32 %f136, %f87, %f86, %f85;
add.s32 %r139, %r139, 4;
add.s32 %r141, %r141, 4;
add.s32 %r79, %r127, %r141;
setp.ne.s32 %p23, %r79, 0;
@%p23 bra $L__BB19_24;
$L__BB19_25:
setp.eq.s32 %p24, %r7, 0;
@%p24 bra $L__BB19_36;
setp.eq.s32 %p25, %r7, 1;
cvt.u64.u32 %rd75, %r141;
mul.lo.s64 %rd76, %rd75, %rd4;
add.s64 %rd77, %rd76, %rd9;
shl.b64 %rd78, %rd77, 2;
add.s64 %rd79, %rd2, %rd78;
add.s32 %r80, %r141, %r24;
mul.wide.u32 %rd80, %r80, 4;
add.s64 %rd81, %rd1, %rd80;
ld.global.f32 %f88, [%rd81];
ld.global.f32 %f89, [%rd79];
fma.rn.f32 %f136, %f89, %f88, %f136;
@%p25 bra $L__BB19_36;
add.s32 %r81, %r141, 1;
setp.eq.s32 %p26, %r7, 2;
cvt.u64.u32 %rd82, %r81;
mul.lo.s64 %rd83, %rd82, %rd4;
add.s64 %rd84, %rd83, %rd9;
shl.b64 %rd85, %rd84, 2;
add.s64 %rd86, %rd2, %rd85;
add.s32 %r82, %r81, %r24;
mul.wide.u32 %rd87, %r82, 4;
add.s64 %rd88, %rd1, %rd87;
ld.global.f32 %f90, [%rd88];
ld.global.f32 %f91, [%rd86];
fma.rn.f32 %f136, %f91, %f90, %f136;
@%p26 bra $L__BB19_36;
add.s32 %r83, %r141, 2;
cvt.u64.u32 %rd89, %r83;
mul.lo.s64 %rd90, %rd89, %rd4;
add.s64 %rd91, %rd90, %rd9;
shl.b64 %rd92, %rd91, 2;
add.s64 %rd93, %rd2, %rd92;
add.s32 %r84, %r83, %r24;
mul.wide.u32 %rd94, %r84, 4;
add.s64 %rd95, %rd1, %rd94;
ld.global.f32 %f92, [%rd95];
ld.global.f32 %f93, [%rd93];
fma.rn.f32 %f136, %f93, %f92, %f136;
bra.uni $L__BB19_36;
$L__BB19_29:
setp.lt.u32 %p27, %r4, 3;
mov.u32 %r144, 0;
@%p27 bra $L__BB19_32;
mov.u32 %r143, %r8;
$L__BB19_31:
cvt.u64.u32 %rd96, %r144;
add.s64 %rd97, %rd14, %rd96;
shl.b64 %rd98, %rd97, 2;
add.s64 %rd99, %rd2, %rd98;
add.s32 %r87, %r144, %r24;
mul.wide.u32 %rd100, %r87, 4;
add.s64 %rd101, %rd1, %rd100;
ld.global.f32 %f95, [%rd101];
ld.global.f32 %f96, [%rd99];
fma.rn.f32 %f97, %f96, %f95, %f136;
add.s32 %r88, %r87, 1;
mul.wide.u32 %rd102, %r88, 4;
add.s64 %rd103, %rd1, %rd102;
ld.global.f32 %f98, [%rd103];
ld.global.f32 %f99, [%rd99+4];
fma.rn.f32 %f100, %f99, %f98, %f97;
add.s32 %r89, %r87, 2;
mul.wide.u32 %rd104, %r89, 4;
add.s64 %rd105, %rd1, %rd104;
ld.global.f32 %f101, [%rd105];
ld.global.f32 %f102, [%rd99+8];
fma.rn.f32 %f103, %f102, %f101, %f100;
add.s32 %r90, %r87, 3;
mul.wide.u32 %rd106, %r90, 4;
add.s64 %rd107, %rd1, %rd106;
ld.global.f32 %f104, [%rd107];
ld.global.f32 %f105, [%rd99+12];
fma.rn.f32 %f136, %f105, %f104, %f103;
add.s32 %r144, %r144, 4;
add.s32 %r143, %r143, -4;
setp.ne.s32 %p28, %r143, 0;
@%p28 bra $L__BB19_31;
$L__BB19_32:
setp.eq.s32 %p29, %r7, 0;
@%p29 bra $L__BB19_36;
setp.eq.s32 %p30, %r7, 1;
cvt.u64.u32 %rd108, %r144;
add.s64 %rd109, %rd14, %rd108;
shl.b64 %rd110, %rd109, 2;
add.s64 %rd15, %rd2, %rd110;
add.s32 %r91, %r144, %r24;
mul.wide.u32 %rd111, %r91, 4;
add.s64 %rd112, %rd1, %rd111;
ld.global.f32 %f106, [%rd112];
ld.global.f32 %f107, [%rd15];
fma.rn.f32 %f136, %f107, %f106, %f136;
@%p30 bra $L__BB19_36;
setp.eq.s32 %p31, %r7, 2;
add.s32 %r93, %r91, 1;
mul.wide.u32 %rd113, %r93, 4;
add.s64 %rd114, %rd1, %rd113;
ld.global.f32 %f108, [%rd114];
ld.global.f32 %f109, [%rd15+4];
fma.rn.f32 %f136, %f109, %f108, %f136;
@%p31 bra $L__BB19_36;
add.s32 %r95, %r91, 2;
mul.wide.u32 %rd115, %r95, 4;
add.s64 %rd116, %rd1, %rd115;
ld.global.f32 %f110, [%rd116];
ld.global.f32 %f111, [%rd15+8];
fma.rn.f32 %f136, %f111, %f110, %f136;
$L__BB19_36:
mov.b32 %r96, %f136;
and.b32 %r97, %r96, 2139095040;
setp.ne.s32 %p32, %r97, 2139095040;
and.b16 %rs10, %rs18, 255;
setp.ne.s16 %p33, %rs10, 0;
and.pred %p34, %p32, %p33;
selp.u16 %rs18, 1, 0, %p34;
setp.gt.f32 %p35, %f136, %f128;
selp.f32 %f128, %f136, %f128, %p35;
selp.b32 %r152, %r137, %r152, %p35;
add.s32 %r137, %r137, 1;
setp.lt.u32 %p36, %r137, %r57;
@%p36 bra $L__BB19_21;
bra.uni $L__BB19_45;
$L__BB19_37:
add.s32 %r129, %r57, -2;
setp.lt.u32 %p37, %r129, 3;
mov.u32 %r152, 0;
mov.u32 %r149, 1;
@%p37 bra $L__BB19_40;
mov.u32 %r147, %r9;
$L__BB19_39:
mul.wide.u32 %rd117, %r149, 4;
add.s64 %rd118, %rd3, %rd117;
ld.global.f32 %f112, [%rd118];
mov.b32 %r103, %f112;
and.b32 %r104, %r103, 2139095040;
setp.ne.s32 %p38, %r104, 2139095040;
and.b16 %rs12, %rs18, 255;
setp.ne.s16 %p39, %rs12, 0;
and.pred %p40, %p38, %p39;
setp.gt.f32 %p41, %f112, %f128;
selp.f32 %f113, %f112, %f128, %p41;
selp.b32 %r105, %r149, %r152, %p41;
ld.global.f32 %f114, [%rd118+4];
mov.b32 %r106, %f114;
and.b32 %r107, %r106, 2139095040;
setp.ne.s32 %p42, %r107, 2139095040;
and.pred %p43, %p42, %p40;
setp.gt.f32 %p44, %f114, %f113;
selp.f32 %f115, %f114, %f113, %p44;
add.s32 %r108, %r149, 1;
selp.b32 %r109, %r108, %r105, %p44;
ld.global.f32 %f116, [%rd118+8];
mov.b32 %r110, %f116;
and.b32 %r111, %r110, 2139095040;
setp.ne.s32 %p45, %r111, 2139095040;
and.pred %p46, %p45, %p43;
setp.gt.f32 %p47, %f116, %f115;
selp.f32 %f117, %f116, %f115, %p47;
add.s32 %r112, %r149, 2;
selp.b32 %r113, %r112, %r109, %p47;
add.s32 %r114, %r149, 3;
mul.wide.u32 %rd119, %r114, 4;
add.s64 %rd120, %rd3, %rd119;
ld.global.f32 %f118, [%rd120];
mov.b32 %r115, %f118;
and.b32 %r116, %r115, 2139095040;
setp.ne.s32 %p48, %r116, 2139095040;
and.pred %p49, %p48, %p46;
selp.u16 %rs18, 1, 0, %p49;
setp.gt.f32 %p50, %f118, %f117;
selp.f32 %f128, %f118, %f117, %p50;
selp.b32 %r152, %r114, %r113, %p50;
add.s32 %r149, %r149, 4;
add.s32 %r147, %r147, -4;
setp.ne.s32 %p51, %r147, 0;
@%p51 bra $L__BB19_39;
$L__BB19_40:
setp.eq.s32 %p52, %r6, 0;
@%p52 bra $L__BB19_45;
setp.eq.s32 %p53, %r6, 1;
mul.wide.u32 %rd121, %r149, 4;
add.s64 %rd122, %rd3, %rd121;
ld.global.f32 %f119, [%rd122];
mov.b32 %r117, %f119;
and.b32 %r118, %r117, 2139095040;
setp.ne.s32 %p54, %r118, 2139095040;
setp.ne.s16 %p55, %rs18, 0;
and.pred %p64, %p54, %p55;
setp.gt.f32 %p56, %f119, %f128;
selp.f32 %f38, %f119, %f128, %p56;
selp.b32 %r152, %r149, %r152, %p56;
@%p53 bra $L__BB19_44;
add.s32 %r119, %r149, 1;
setp.eq.s32 %p57, %r6, 2;
mul.wide.u32 %rd123, %r119, 4;
add.s64 %rd124, %rd3, %rd123;
ld.global.f32 %f120, [%rd124];
mov.b32 %r120, %f120;
and.b32 %r121, %r120, 2139095040;
setp.ne.s32 %p58, %r121, 2139095040;
and.pred %p64, %p58, %p64;
setp.gt.f32 %p59, %f120, %f38;
selp.f32 %f39, %f120, %f38, %p59;
selp.b32 %r152, %r119, %r152, %p59;
@%p57 bra $L__BB19_44;
add.s32 %r122, %r149, 2;
mul.wide.u32 %rd125, %r122, 4;
add.s64 %rd126, %rd3, %rd125;
ld.global.f32 %f121, [%rd126];
mov.b32 %r123, %f121;
and.b32 %r124, %r123, 2139095040;
setp.ne.s32 %p60, %r124, 2139095040;
and.pred %p64, %p60, %p64;
setp.gt.f32 %p61, %f121, %f39;
selp.b32 %r152, %r122, %r152, %p61;
$L__BB19_44:
selp.u16 %rs18, 1, 0, %p64;
$L__BB19_45:
add.s64 %rd127, %rd7, %rd9;
st.global.u8 [%rd127], %r152;
and.b16 %rs13, %rs18, 255;
setp.ne.s16 %p62, %rs13, 0;
@%p62 bra $L__BB19_47;
mov.u32 %r125, 1;
st.global.u32 [%rd8], %r125;
$L__BB19_47:
ld.param.u32 %r128, [head_labels_f32_param_5];
cvt.u32.u64 %r126, %rd9;
add.s32 %r130, %r126, %r3;
setp.lt.u32 %p63, %r130, %r128;
@%p63 bra $L__BB19_2;
$L__BB19_48:
ret;
}
.visible .entry head_scores_f32(
.param .u64 head_scores_f32_param_0,
.param .u64 head_scores_f32_param_1,
.param .u64 head_scores_f32_param_2,
.param .u64 head_scores_f32_param_3,
.param .u64 head_scores_f32_param_4,
.param .u32 head_scores_f32_param_5,
.param .u32 head_scores_f32_param_6,
.param .u32 head_scores_f32_param_7,
.param .u32 head_scores_f32_param_8,
.param .u32 head_scores_f32_param_9
)
{
.reg .pred %p<32>;
.reg .f32 %f<70>;
.reg .b32 %r<111>;
.reg .b64 %rd<103>;
ld.param.u64 %rd22, [head_scores_f32_param_0];
ld.param.u64 %rd23, [head_scores_f32_param_1];
ld.param.u64 %rd24, [head_scores_f32_param_2];
ld.param.u64 %rd25, [head_scores_f32_param_3];
ld.param.u64 %rd26, [head_scores_f32_param_4];
ld.param.u32 %r36, [head_scores_f32_param_5];
ld.param.u32 %r37, [head_scores_f32_param_6];
ld.param.u32 %r38, [head_scores_f32_param_7];
ld.param.u32 %r39, [head_scores_f32_param_8];
ld.param.u32 %r40, [head_scores_f32_param_9];
cvta.to.global.u64 %rd1, %rd23;
cvta.to.global.u64 %rd2, %rd22;
cvta.to.global.u64 %rd3, %rd26;
cvta.to.global.u64 %rd4, %rd25;
cvta.to.global.u64 %rd5, %rd24;
mov.u32 %r1, %ntid.x;
mov.u32 %r41, %ctaid.x;
mov.u32 %r42, %tid.x;
mad.lo.s32 %r99, %r41, %r1, %r42;
setp.ge.u32 %p1, %r99, %r36;
@%p1 bra $L__BB20_48;
mov.u32 %r43, %nctaid.x;
mul.lo.s32 %r3, %r43, %r1;
cvt.u64.u32 %rd6, %r39;
cvt.u64.u32 %rd7, %r37;
add.s32 %r4, %r38, -1;
add.s32 %r5, %r39, -1;
and.b32 %r6, %r39, 3;
sub.s32 %r7, %r39, %r6;
and.b32 %r8, %r38, 3;
sub.s32 %r9, %r38, %r8;
sub.s32 %r10, %r8, %r38;
cvt.u64.u32 %rd8, %r36;
mul.wide.u32 %rd9, %r36, 4;
$L__BB20_2:
setp.eq.s32 %p2, %r39, 0;
@%p2 bra $L__BB20_47;
setp.eq.s32 %p3, %r38, 0;
cvt.u64.u32 %rd10, %r99;
mul.lo.s64 %rd11, %rd10, %rd6;
mul.lo.s64 %rd12, %rd10, %rd7;
@%p3 bra $L__BB20_27;
setp.eq.s32 %p4, %r40, 0;
@%p4 bra $L__BB20_16;
mov.u32 %r44, 0;
mov.u32 %r100, %r44;
$L__BB20_6:
cvt.u64.u32 %rd13, %r100;
mul.wide.u32 %rd27, %r100, 4;
add.s64 %rd28, %rd5, %rd27;
ld.global.f32 %f65, [%rd28];
mul.lo.s32 %r13, %r100, %r38;
setp.lt.u32 %p5, %r4, 3;
mov.u32 %r103, %r44;
@%p5 bra $L__BB20_9;
add.s32 %r101, %r13, 3;
add.s32 %r15, %r13, 1;
mov.u32 %r103, 0;
$L__BB20_8:
cvt.u64.u32 %rd29, %r103;
mul.lo.s64 %rd30, %rd29, %rd8;
add.s64 %rd31, %rd30, %rd10;
shl.b64 %rd32, %rd31, 2;
add.s64 %rd33, %rd2, %rd32;
add.s32 %r47, %r13, %r103;
mul.wide.u32 %rd34, %r47, 4;
add.s64 %rd35, %rd1, %rd34;
ld.global.f32 %f20, [%rd35];
ld.global.f32 %f21, [%rd33];
fma.rn.f32 %f22, %f21, %f20, %f65;
add.s64 %rd36, %rd33, %rd9;
add.s32 %r48, %r15, %r103;
mul.wide.u32 %rd37, %r48, 4;
add.s64 %rd38, %rd1, %rd37;
ld.global.f32 %f23, [%rd38];
ld.global.f32 %f24, [%rd36];
fma.rn.f32 %f25, %f24, %f23, %f22;
add.s64 %rd39, %rd36, %rd9;
add.s32 %r49, %r101, -1;
mul.wide.u32 %rd40, %r49, 4;
add.s64 %rd41, %rd1, %rd40;
ld.global.f32 %f26, [%rd41];
ld.global.f32 %f27, [%rd39];
fma.rn.f32 %f28, %f27, %f26, %f25;
add.s64 %rd42, %rd39, %rd9;
mul.wide.u32 %rd43, %r101, 4;
add.s64 %rd44, %rd1, %rd43;
ld.global.f32 %f29, [%rd44];
ld.global.f32 %f30, [%rd42];
fma.rn.f32 %f65, %f30, %f29, %f28;
add.s32 %r101, %r101, 4;
add.s32 %r103, %r103, 4;
add.s32 %r50, %r10, %r103;
setp.ne.s32 %p6, %r50, 0;
@%p6 bra $L__BB20_8;
$L__BB20_9:
setp.eq.s32 %p7, %r8, 0;
@%p7 bra $L__BB20_13;
setp.eq.s32 %p8, %r8, 1;
cvt.u64.u32 %rd45, %r103;
mul.lo.s64 %rd46, %rd45, %rd8;
add.s64 %rd47, %rd46, %rd10;
shl.b64 %rd48, %rd47, 2;
add.s64 %rd49, %rd2, %rd48;
add.s32 %r51, %r103, %r13;
mul.wide.u32 %rd50, %r51, 4;
add.s64 %rd51, %rd1, %rd50;
ld.global.f32 %f31, [%rd51];
ld.global.f32 %f32, [%rd49];
fma.rn.f32 %f65, %f32, %f31, %f65;
@%p8 bra $L__BB20_13;
add.s32 %r52, %r103, 1;
setp.eq.s32 %p9, %r8, 2;
cvt.u64.u32 %rd52, %r52;
mul.lo.s64 %rd53, %rd52, %rd8;
add.s64 %rd54, %rd53, %rd10;
shl.b64 %rd55, %rd54, 2;
add.s64 %rd56, %rd2, %rd55;
add.s32 %r53, %r52, %r13;
mul.wide.u32 %rd57, %r53, 4;
add.s64 %rd58, %rd1, %rd57;
ld.global.f32 %f33, [%rd58];
ld.global.f32 %f34, [%rd56];
fma.rn.f32 %f65, %f34, %f33, %f65;
@%p9 bra $L__BB20_13;
add.s32 %r54, %r103, 2;
cvt.u64.u32 %rd59, %r54;
mul.lo.s64 %rd60, %rd59, %rd8;
add.s64 %rd61, %rd60, %rd10;
shl.b64 %rd62, %rd61, 2;
add.s64 %rd63, %rd2, %rd62;
add.s32 %r55, %r54, %r13;
mul.wide.u32 %rd64, %r55, 4;
add.s64 %rd65, %rd1, %rd64;
ld.global.f32 %f35, [%rd65];
ld.global.f32 %f36, [%rd63];
fma.rn.f32 %f65, %f36, %f35, %f65;
$L__BB20_13:
add.s64 %rd66, %rd11, %rd13;
shl.b64 %rd67, %rd66, 2;
add.s64 %rd68, %rd4, %rd67;
st.global.f32 [%rd68], %f65;
mov.b32 %r56, %f65;
and.b32 %r57, %r56, 2139095040;
setp.ne.s32 %p10, %r57, 2139095040;
@%p10 bra $L__BB20_15;
mov.u32 %r58, 1;
st.global.u32 [%rd3], %r58;
$L__BB20_15:
cvt.u32.u64 %r59, %rd13;
add.s32 %r100, %r59, 1;
setp.lt.u32 %p11, %r100, %r39;
@%p11 bra $L__BB20_6;
bra.uni $L__BB20_47;
$L__BB20_27:
setp.lt.u32 %p19, %r5, 3;
mov.u32 %r110, 0;
@%p19 bra $L__BB20_38;
mov.u32 %r109, %r7;
$L__BB20_29:
cvt.u64.u32 %rd95, %r110;
mul.wide.u32 %rd96, %r110, 4;
add.s64 %rd16, %rd5, %rd96;
ld.global.f32 %f55, [%rd16];
add.s64 %rd97, %rd11, %rd95;
shl.b64 %rd98, %rd97, 2;
add.s64 %rd17, %rd4, %rd98;
st.global.f32 [%rd17], %f55;
mov.b32 %r78, %f55;
and.b32 %r79, %r78, 2139095040;
setp.ne.s32 %p20, %r79, 2139095040;
@%p20 bra $L__BB20_31;
mov.u32 %r80, 1;
st.global.u32 [%rd3], %r80;
$L__BB20_31:
ld.global.f32 %f56, [%rd16+4];
st.global.f32 [%rd17+4], %f56;
mov.b32 %r81, %f56;
and.b32 %r82, %r81, 2139095040;
setp.ne.s32 %p21, %r82, 2139095040;
@%p21 bra $L__BB20_33;
mov.u32 %r83, 1;
st.global.u32 [%rd3], %r83;
$L__BB20_33:
ld.global.f32 %f57, [%rd16+8];
st.global.f32 [%rd17+8], %f57;
mov.b32 %r84, %f57;
and.b32 %r85, %r84, 2139095040;
setp.ne.s32 %p22, %r85, 2139095040;
@%p22 bra $L__BB20_35;
mov.u32 %r86, 1;
st.global.u32 [%rd3], %r86;
$L__BB20_35:
ld.global.f32 %f58, [%rd16+12];
st.global.f32 [%rd17+12], %f58;
mov.b32 %r87, %f58;
and.b32 %r88, %r87, 2139095040;
setp.ne.s32 %p23, %r88, 2139095040;
@%p23 bra $L__BB20_37;
mov.u32 %r89, 1;
st.global.u32 [%rd3], %r89;
$L__BB20_37:
add.s32 %r110, %r110, 4;
add.s32 %r109, %r109, -4;
setp.ne.s32 %p24, %r109, 0;
@%p24 bra $L__BB20_29;
$L__BB20_38:
setp.eq.s32 %p25, %r6, 0;
@%p25 bra $L__BB20_47;
cvt.u64.u32 %rd99, %r110;
mul.wide.u32 %rd100, %r110, 4;
add.s64 %rd20, %rd5, %rd100;
ld.global.f32 %f59, [%rd20];
add.s64 %rd101, %rd11, %rd99;
shl.b64 %rd102, %rd101, 2;
add.s64 %rd21, %rd4, %rd102;
st.global.f32 [%rd21], %f59;
mov.b32 %r90, %f59;
and.b32 %r91, %r90, 2139095040;
setp.ne.s32 %p26, %r91, 2139095040;
@%p26 bra $L__BB20_41;
mov.u32 %r92, 1;
st.global.u32 [%rd3], %r92;
$L__BB20_41:
setp.eq.s32 %p27, %r6, 1;
@%p27 bra $L__BB20_47;
ld.global.f32 %f60, [%rd20+4];
st.global.f32 [%rd21+4], %f60;
mov.b32 %r93, %f60;
and.b32 %r94, %r93, 2139095040;
setp.ne.s32 %p28, %r94, 2139095040;
@%p28 bra $L__BB20_44;
mov.u32 %r95, 1;
st.global.u32 [%rd3], %r95;
$L__BB20_44:
setp.eq.s32 %p29, %r6, 2;
@%p29 bra $L__BB20_47;
ld.global.f32 %f61, [%rd20+8];
st.global.f32 [%rd21+8], %f61;
mov.b32 %r96, %f61;
and.b32 %r97, %r96, 2139095040;
setp.ne.s32 %p30, %r97, 2139095040;
@%p30 bra $L__BB20_47;
mov.u32 %r98, 1;
st.global.u32 [%rd3], %r98;
bra.uni $L__BB20_47;
$L__BB20_16:
mov.u32 %r60, 0;
mov.u32 %r104, %r60;
$L__BB20_17:
cvt.u64.u32 %rd14, %r104;
mul.wide.u32 %rd69, %r104, 4;
add.s64 %rd70, %rd5, %rd69;
ld.global.f32 %f69, [%rd70];
mul.lo.s32 %r23, %r104, %r38;
setp.lt.u32 %p12, %r4, 3;
mov.u32 %r107, %r60;
@%p12 bra $L__BB20_20;
mov.u32 %r107, 0;
mov.u32 %r106, %r9;
$L__BB20_19:
cvt.u64.u32 %rd71, %r107;
add.s64 %rd72, %rd12, %rd71;
shl.b64 %rd73, %rd72, 2;
add.s64 %rd74, %rd2, %rd73;
add.s32 %r63, %r107, %r23;
mul.wide.u32 %rd75, %r63, 4;
add.s64 %rd76, %rd1, %rd75;
ld.global.f32 %f38, [%rd76];
ld.global.f32 %f39, [%rd74];
fma.rn.f32 %f40, %f39, %f38, %f69;
add.s32 %r64, %r63, 1;
mul.wide.u32 %rd77, %r64, 4;
add.s64 %rd78, %rd1, %rd77;
ld.global.f32 %f41, [%rd78];
ld.global.f32 %f42, [%rd74+4];
fma.rn.f32 %f43, %f42, %f41, %f40;
add.s32 %r65, %r63, 2;
mul.wide.u32 %rd79, %r65, 4;
add.s64 %rd80, %rd1, %rd79;
ld.global.f32 %f44, [%rd80];
ld.global.f32 %f45, [%rd74+8];
fma.rn.f32 %f46, %f45, %f44, %f43;
add.s32 %r66, %r63, 3;
mul.wide.u32 %rd81, %r66, 4;
add.s64 %rd82, %rd1, %rd81;
ld.global.f32 %f47, [%rd82];
ld.global.f32 %f48, [%rd74+12];
fma.rn.f32 %f69, %f48, %f47, %f46;
add.s32 %r107, %r107, 4;
add.s32 %r106, %r106, -4;
setp.ne.s32 %p13, %r106, 0;
@%p13 bra $L__BB20_19;
$L__BB20_20:
setp.eq.s32 %p14, %r8, 0;
@%p14 bra $L__BB20_24;
setp.eq.s32 %p15, %r8, 1;
cvt.u64.u32 %rd83, %r107;
add.s64 %rd84, %rd12, %rd83;
shl.b64 %rd85, %rd84, 2;
add.s64 %rd15, %rd2, %rd85;
add.s32 %r67, %r107, %r23;
mul.wide.u32 %rd86, %r67, 4;
add.s64 %rd87, %rd1, %rd86;
ld.global.f32 %f49, [%rd87];
ld.global.f32 %f50, [%rd15];
fma.rn.f32 %f69, %f50, %f49, %f69;
@%p15 bra $L__BB20_24;
setp.eq.s32 %p16, %r8, 2;
add.s32 %r69, %r67, 1;
mul.wide.u32 %rd88, %r69, 4;
add.s64 %rd89, %rd1, %rd88;
ld.global.f32 %f51, [%rd89];
ld.global.f32 %f52, [%rd15+4];
fma.rn.f32 %f69, %f52, %f51, %f69;
@%p16 bra $L__BB20_24;
add.s32 %r71, %r67, 2;
mul.wide.u32 %rd90, %r71, 4;
add.s64 %rd91, %rd1, %rd90;
ld.global.f32 %f53, [%rd91];
ld.global.f32 %f54, [%rd15+8];
fma.rn.f32 %f69, %f54, %f53, %f69;
$L__BB20_24:
add.s64 %rd92, %rd11, %rd14;
shl.b64 %rd93, %rd92, 2;
add.s64 %rd94, %rd4, %rd93;
st.global.f32 [%rd94], %f69;
mov.b32 %r72, %f69;
and.b32 %r73, %r72, 2139095040;
setp.ne.s32 %p17, %r73, 2139095040;
@%p17 bra $L__BB20_26;
mov.u32 %r74, 1;
st.global.u32 [%rd3], %r74;
$L__BB20_26:
cvt.u32.u64 %r75, %rd14;
add.s32 %r104, %r75, 1;
setp.lt.u32 %p18, %r104, %r39;
@%p18 bra $L__BB20_17;
$L__BB20_47:
add.s32 %r99, %r99, %r3;
setp.lt.u32 %p31, %r99, %r36;
@%p31 bra $L__BB20_2;
$L__BB20_48:
ret;
}
.visible .entry pattern_f32(
.param .u64 pattern_f32_param_0,
.param .u32 pattern_f32_param_1,
.param .u32 pattern_f32_param_2,
.param .u32 pattern_f32_param_3,
.param .u32 pattern_f32_param_4,
.param .u32 pattern_f32_param_5
)
{
.reg .pred %p<7>;
.reg .f32 %f<11>;
.reg .b32 %r<56>;
.reg .b64 %rd<11>;
ld.param.u64 %rd2, [pattern_f32_param_0];
ld.param.u32 %r13, [pattern_f32_param_1];
ld.param.u32 %r14, [pattern_f32_param_2];
ld.param.u32 %r15, [pattern_f32_param_3];
ld.param.u32 %r16, [pattern_f32_param_4];
ld.param.u32 %r17, [pattern_f32_param_5];
cvta.to.global.u64 %rd1, %rd2;
mov.u32 %r1, %ntid.x;
mov.u32 %r18, %ctaid.x;
mov.u32 %r19, %tid.x;
mad.lo.s32 %r54, %r18, %r1, %r19;
mul.lo.s32 %r3, %r14, %r13;
setp.ge.u32 %p1, %r54, %r3;
@%p1 bra $L__BB21_10;
setp.eq.s32 %p2, %r17, 0;
mul.lo.s32 %r4, %r16, -1028477379;
mov.u32 %r20, %nctaid.x;
mul.lo.s32 %r5, %r20, %r1;
@%p2 bra $L__BB21_7;
$L__BB21_3:
div.u32 %r7, %r54, %r13;
setp.ge.u32 %p3, %r7, %r15;
mov.f32 %f9, 0f00000000;
@%p3 bra $L__BB21_5;
mul.lo.s32 %r21, %r7, %r13;
sub.s32 %r22, %r54, %r21;
mul.lo.s32 %r23, %r22, -1640531535;
xor.b32 %r24, %r23, %r4;
mul.lo.s32 %r25, %r7, -2048144777;
xor.b32 %r26, %r24, %r25;
shr.u32 %r27, %r26, 15;
xor.b32 %r28, %r27, %r26;
mul.lo.s32 %r29, %r28, -2048144777;
shr.u32 %r30, %r29, 13;
xor.b32 %r31, %r30, %r29;
mul.lo.s32 %r32, %r31, -1028477379;
shr.u32 %r33, %r32, 16;
xor.b32 %r34, %r33, %r32;
mul.wide.u32 %rd3, %r34, 266354561;
shr.u64 %rd4, %rd3, 35;
cvt.u32.u64 %r35, %rd4;
mul.lo.s32 %r36, %r35, 129;
sub.s32 %r37, %r34, %r36;
cvt.rn.f32.s32 %f6, %r37;
fma.rn.f32 %f9, %f6, 0f3C800000, 0fBF800000;
$L__BB21_5:
mul.wide.u32 %rd5, %r54, 4;
add.s64 %rd6, %rd1, %rd5;
st.global.f32 [%rd6], %f9;
add.s32 %r54, %r54, %r5;
setp.lt.u32 %p4, %r54, %r3;
@%p4 bra $L__BB21_3;
bra.uni $L__BB21_10;
$L__BB21_7:
div.u32 %r10, %r54, %r14;
mul.lo.s32 %r38, %r10, %r14;
sub.s32 %r11, %r54, %r38;
setp.ge.u32 %p5, %r11, %r15;
mov.f32 %f10, 0f00000000;
@%p5 bra $L__BB21_9;
mul.lo.s32 %r39, %r10, -1640531535;
xor.b32 %r40, %r39, %r4;
mul.lo.s32 %r41, %r11, -2048144777;
xor.b32 %r42, %r40, %r41;
shr.u32 %r43, %r42, 15;
xor.b32 %r44, %r43, %r42;
mul.lo.s32 %r45, %r44, -2048144777;
shr.u32 %r46, %r45, 13;
xor.b32 %r47, %r46, %r45;
mul.lo.s32 %r48, %r47, -1028477379;
shr.u32 %r49, %r48, 16;
xor.b32 %r50, %r49, %r48;
mul.wide.u32 %rd7, %r50, 266354561;
shr.u64 %rd8, %rd7, 35;
cvt.u32.u64 %r51, %rd8;
mul.lo.s32 %r52, %r51, 129;
sub.s32 %r53, %r50, %r52;
cvt.rn.f32.s32 %f8, %r53;
fma.rn.f32 %f10, %f8, 0f3C800000, 0fBF800000;
$L__BB21_9:
mul.wide.u32 %rd9, %r54, 4;
add.s64 %rd10, %rd1, %rd9;
st.global.f32 [%rd10], %f10;
add.s32 %r54, %r54, %r5;
setp.lt.u32 %p6, %r54, %r3;
@%p6 bra $L__BB21_7;
$L__BB21_10:
ret;
}
.visible .entry finite_f32(
.param .u64 finite_f32_param_0,
.param .u64 finite_f32_param_1,
.param .u32 finite_f32_param_2
)
{
.reg .pred %p<4>;
.reg .b32 %r<14>;
.reg .b64 %rd<7>;
ld.param.u64 %rd3, [finite_f32_param_0];
ld.param.u64 %rd4, [finite_f32_param_1];
ld.param.u32 %r6, [finite_f32_param_2];
mov.u32 %r1, %ntid.x;
mov.u32 %r7, %ctaid.x;
mov.u32 %r8, %tid.x;
mad.lo.s32 %r13, %r7, %r1, %r8;
setp.ge.u32 %p1, %r13, %r6;
@%p1 bra $L__BB22_5;
mov.u32 %r9, %nctaid.x;
mul.lo.s32 %r3, %r9, %r1;
cvta.to.global.u64 %rd1, %rd3;
cvta.to.global.u64 %rd2, %rd4;
$L__BB22_2:
mul.wide.u32 %rd5, %r13, 4;
add.s64 %rd6, %rd1, %rd5;
ld.global.u32 %r10, [%rd6];
and.b32 %r11, %r10, 2139095040;
setp.ne.s32 %p2, %r11, 2139095040;
@%p2 bra $L__BB22_4;
mov.u32 %r12, 1;
st.global.u32 [%rd2], %r12;
$L__BB22_4:
add.s32 %r13, %r13, %r3;
setp.lt.u32 %p3, %r13, %r6;
@%p3 bra $L__BB22_2;
$L__BB22_5:
ret;
}
.visible .entry pool_f16(
.param .u64 pool_f16_param_0,
.param .u64 pool_f16_param_1,
.param .u32 pool_f16_param_2,
.param .u32 pool_f16_param_3,
.param .u32 pool_f16_param_4,
.param .u32 pool_f16_param_5,
.param .u32 pool_f16_param_6,
.param .u32 pool_f16_param_7,
.param .u32 pool_f16_param_8,
.param .u32 pool_f16_param_9,
.param .u32 pool_f16_param_10,
.param .u32 pool_f16_param_11,
.param .u32 pool_f16_param_12
)
{
.reg .pred %p<35>;
.reg .b16 %rs<16>;
.reg .f32 %f<62>;
.reg .b32 %r<104>;
.reg .b64 %rd<74>;
ld.param.u64 %rd8, [pool_f16_param_0];
ld.param.u64 %rd7, [pool_f16_param_1];
ld.param.u32 %r52, [pool_f16_param_2];
ld.param.u32 %r42, [pool_f16_param_3];
ld.param.u32 %r43, [pool_f16_param_4];
ld.param.u32 %r44, [pool_f16_param_5];
ld.param.u32 %r45, [pool_f16_param_6];
ld.param.u32 %r46, [pool_f16_param_7];
ld.param.u32 %r47, [pool_f16_param_8];
ld.param.u32 %r48, [pool_f16_param_9];
ld.param.u32 %r49, [pool_f16_param_10];
ld.param.u32 %r50, [pool_f16_param_11];
cvta.to.global.u64 %rd1, %rd8;
mul.lo.s32 %r53, %r42, %r52;
mul.lo.s32 %r1, %r53, %r43;
mov.u32 %r2, %ntid.x;
mov.u32 %r54, %ctaid.x;
mov.u32 %r55, %tid.x;
mad.lo.s32 %r92, %r54, %r2, %r55;
mul.lo.s32 %r4, %r1, %r47;
setp.ge.u32 %p1, %r92, %r4;
@%p1 bra $L__BB23_30;
mov.u32 %r56, %nctaid.x;
mul.lo.s32 %r5, %r56, %r2;
mul.lo.s32 %r57, %r45, %r44;
mul.lo.s32 %r58, %r57, %r46;
cvt.u64.u32 %rd2, %r58;
cvt.u64.u32 %rd3, %r47;
add.s32 %r6, %r50, -1;
and.b32 %r7, %r50, 3;
sub.s32 %r8, %r50, %r7;
cvta.to.global.u64 %rd4, %rd7;
$L__BB23_2:
ld.param.u32 %r88, [pool_f16_param_12];
setp.eq.s32 %p2, %r88, 0;
@%p2 bra $L__BB23_4;
div.u32 %r94, %r92, %r1;
mul.lo.s32 %r59, %r94, %r1;
sub.s32 %r93, %r92, %r59;
bra.uni $L__BB23_5;
$L__BB23_4:
ld.param.u32 %r90, [pool_f16_param_8];
div.u32 %r93, %r92, %r90;
mul.lo.s32 %r60, %r93, %r90;
sub.s32 %r94, %r92, %r60;
$L__BB23_5:
setp.eq.s32 %p3, %r48, 0;
mov.f32 %f54, 0fFF800000;
@%p3 bra $L__BB23_29;
ld.param.u32 %r89, [pool_f16_param_4];
div.u32 %r16, %r93, %r89;
setp.eq.s32 %p4, %r49, 0;
mul.lo.s32 %r61, %r16, %r89;
sub.s32 %r62, %r93, %r61;
mul.lo.s32 %r17, %r62, %r50;
cvt.u64.u32 %rd5, %r94;
mul.lo.s64 %rd6, %rd5, %rd2;
@%p4 bra $L__BB23_29;
div.u32 %r64, %r16, %r42;
mul.lo.s32 %r65, %r64, %r42;
sub.s32 %r66, %r16, %r65;
mul.lo.s32 %r18, %r66, %r49;
mul.lo.s32 %r19, %r64, %r48;
mov.f32 %f54, 0fFF800000;
mov.u32 %r95, 0;
$L__BB23_8:
add.s32 %r67, %r95, %r19;
mad.lo.s32 %r21, %r67, %r45, %r18;
setp.eq.s32 %p5, %r50, 0;
@%p5 bra $L__BB23_28;
@%p2 bra $L__BB23_19;
mov.u32 %r68, 0;
mov.u32 %r96, %r68;
$L__BB23_11:
add.s32 %r70, %r21, %r96;
mad.lo.s32 %r23, %r70, %r46, %r17;
setp.lt.u32 %p7, %r6, 3;
mov.u32 %r99, %r68;
@%p7 bra $L__BB23_14;
mov.u32 %r99, 0;
mov.u32 %r98, %r8;
$L__BB23_13:
add.s32 %r72, %r23, %r99;
cvt.u64.u32 %rd9, %r72;
add.s64 %rd10, %rd6, %rd9;
shl.b64 %rd11, %rd10, 1;
add.s64 %rd12, %rd1, %rd11;
ld.global.u16 %rs1, [%rd12];
cvt.f32.f16 %f26, %rs1;
setp.gt.f32 %p8, %f26, %f54;
selp.f32 %f30, %f26, %f54, %p8;
add.s32 %r73, %r72, 1;
cvt.u64.u32 %rd13, %r73;
add.s64 %rd14, %rd6, %rd13;
shl.b64 %rd15, %rd14, 1;
add.s64 %rd16, %rd1, %rd15;
ld.global.u16 %rs2, [%rd16];
cvt.f32.f16 %f27, %rs2;
setp.gt.f32 %p9, %f27, %f30;
selp.f32 %f31, %f27, %f30, %p9;
add.s32 %r74, %r72, 2;
cvt.u64.u32 %rd17, %r74;
add.s64 %rd18, %rd6, %rd17;
shl.b64 %rd19, %rd18, 1;
add.s64 %rd20, %rd1, %rd19;
ld.global.u16 %rs3, [%rd20];
cvt.f32.f16 %f28, %rs3;
setp.gt.f32 %p10, %f28, %f31;
selp.f32 %f32, %f28, %f31, %p10;
add.s32 %r75, %r72, 3;
cvt.u64.u32 %rd21, %r75;
add.s64 %rd22, %rd6, %rd21;
shl.b64 %rd23, %rd22, 1;
add.s64 %rd24, %rd1, %rd23;
ld.global.u16 %rs4, [%rd24];
cvt.f32.f16 %f29, %rs4;
setp.gt.f32 %p11, %f29, %f32;
selp.f32 %f54, %f29, %f32, %p11;
add.s32 %r99, %r99, 4;
add.s32 %r98, %r98, -4;
setp.ne.s32 %p12, %r98, 0;
@%p12 bra $L__BB23_13;
$L__BB23_14:
setp.eq.s32 %p13, %r7, 0;
@%p13 bra $L__BB23_18;
setp.eq.s32 %p14, %r7, 1;
add.s32 %r29, %r23, %r99;
cvt.u64.u32 %rd25, %r29;
add.s64 %rd26, %rd6, %rd25;
shl.b64 %rd27, %rd26, 1;
add.s64 %rd28, %rd1, %rd27;
ld.global.u16 %rs5, [%rd28];
cvt.f32.f16 %f33, %rs5;
setp.gt.f32 %p15, %f33, %f54;
selp.f32 %f54, %f33, %f54, %p15;
@%p14 bra $L__BB23_18;
setp.eq.s32 %p16, %r7, 2;
add.s32 %r76, %r29, 1;
cvt.u64.u32 %rd29, %r76;
add.s64 %rd30, %rd6, %rd29;
shl.b64 %rd31, %rd30, 1;
add.s64 %rd32, %rd1, %rd31;
ld.global.u16 %rs6, [%rd32];
cvt.f32.f16 %f34, %rs6;
setp.gt.f32 %p17, %f34, %f54;
selp.f32 %f54, %f34, %f54, %p17;
@%p16 bra $L__BB23_18;
add.s32 %r77, %r29, 2;
cvt.u64.u32 %rd33, %r77;
add.s64 %rd34, %rd6, %rd33;
shl.b64 %rd35, %rd34, 1;
add.s64 %rd36, %rd1, %rd35;
ld.global.u16 %rs7, [%rd36];
cvt.f32.f16 %f35, %rs7;
setp.gt.f32 %p18, %f35, %f54;
selp.f32 %f54, %f35, %f54, %p18;
$L__BB23_18:
add.s32 %r96, %r96, 1;
setp.lt.u32 %p19, %r96, %r49;
@%p19 bra $L__BB23_11;
bra.uni $L__BB23_28;
$L__BB23_19:
mov.u32 %r100, 0;
$L__BB23_20:
mov.u32 %r103, 0;
add.s32 %r80, %r21, %r100;
mad.lo.s32 %r32, %r80, %r46, %r17;
setp.lt.u32 %p20, %r6, 3;
@%p20 bra $L__BB23_23;
mov.u32 %r103, 0;
mov.u32 %r102, %r8;
$L__BB23_22:
add.s32 %r82, %r32, %r103;
cvt.u64.u32 %rd37, %r82;
mul.lo.s64 %rd38, %rd37, %rd3;
add.s64 %rd39, %rd38, %rd5;
shl.b64 %rd40, %rd39, 1;
add.s64 %rd41, %rd1, %rd40;
ld.global.u16 %rs8, [%rd41];
cvt.f32.f16 %f37, %rs8;
setp.gt.f32 %p21, %f37, %f54;
selp.f32 %f41, %f37, %f54, %p21;
add.s32 %r83, %r82, 1;
cvt.u64.u32 %rd42, %r83;
mul.lo.s64 %rd43, %rd42, %rd3;
add.s64 %rd44, %rd43, %rd5;
shl.b64 %rd45, %rd44, 1;
add.s64 %rd46, %rd1, %rd45;
ld.global.u16 %rs9, [%rd46];
cvt.f32.f16 %f38, %rs9;
setp.gt.f32 %p22, %f38, %f41;
selp.f32 %f42, %f38, %f41, %p22;
add.s32 %r84, %r82, 2;
cvt.u64.u32 %rd47, %r84;
mul.lo.s64 %rd48, %rd47, %rd3;
add.s64 %rd49, %rd48, %rd5;
shl.b64 %rd50, %rd49, 1;
add.s64 %rd51, %rd1, %rd50;
ld.global.u16 %rs10, [%rd51];
cvt.f32.f16 %f39, %rs10;
setp.gt.f32 %p23, %f39, %f42;
selp.f32 %f43, %f39, %f42, %p23;
add.s32 %r85, %r82, 3;
cvt.u64.u32 %rd52, %r85;
mul.lo.s64 %rd53, %rd52, %rd3;
add.s64 %rd54, %rd53, %rd5;
shl.b64 %rd55, %rd54, 1;
add.s64 %rd56, %rd1, %rd55;
ld.global.u16 %rs11, [%rd56];
cvt.f32.f16 %f40, %rs11;
setp.gt.f32 %p24, %f40, %f43;
selp.f32 %f54, %f40, %f43, %p24;
add.s32 %r103, %r103, 4;
add.s32 %r102, %r102, -4;
setp.ne.s32 %p25, %r102, 0;
@%p25 bra $L__BB23_22;
$L__BB23_23:
setp.eq.s32 %p26, %r7, 0;
@%p26 bra $L__BB23_27;
setp.eq.s32 %p27, %r7, 1;
add.s32 %r38, %r32, %r103;
cvt.u64.u32 %rd57, %r38;
mul.lo.s64 %rd58, %rd57, %rd3;
add.s64 %rd59, %rd58, %rd5;
shl.b64 %rd60, %rd59, 1;
add.s64 %rd61, %rd1, %rd60;
ld.global.u16 %rs12, [%rd61];
cvt.f32.f16 %f44, %rs12;
setp.gt.f32 %p28, %f44, %f54;
selp.f32 %f54, %f44, %f54, %p28;
@%p27 bra $L__BB23_27;
setp.eq.s32 %p29, %r7, 2;
add.s32 %r86, %r38, 1;
cvt.u64.u32 %rd62, %r86;
mul.lo.s64 %rd63, %rd62, %rd3;
add.s64 %rd64, %rd63, %rd5;
shl.b64 %rd65, %rd64, 1;
add.s64 %rd66, %rd1, %rd65;
ld.global.u16 %rs13, [%rd66];
cvt.f32.f16 %f45, %rs13;
setp.gt.f32 %p30, %f45, %f54;
selp.f32 %f54, %f45, %f54, %p30;
@%p29 bra $L__BB23_27;
add.s32 %r87, %r38, 2;
cvt.u64.u32 %rd67, %r87;
mul.lo.s64 %rd68, %rd67, %rd3;
add.s64 %rd69, %rd68, %rd5;
shl.b64 %rd70, %rd69, 1;
add.s64 %rd71, %rd1, %rd70;
ld.global.u16 %rs14, [%rd71];
cvt.f32.f16 %f46, %rs14;
setp.gt.f32 %p31, %f46, %f54;
selp.f32 %f54, %f46, %f54, %p31;
$L__BB23_27:
add.s32 %r100, %r100, 1;
setp.lt.u32 %p32, %r100, %r49;
@%p32 bra $L__BB23_20;
$L__BB23_28:
add.s32 %r95, %r95, 1;
setp.lt.u32 %p33, %r95, %r48;
@%p33 bra $L__BB23_8;
$L__BB23_29:
cvt.rn.f16.f32 %rs15, %f54;
mul.wide.u32 %rd72, %r92, 2;
add.s64 %rd73, %rd4, %rd72;
st.global.u16 [%rd73], %rs15;
add.s32 %r92, %r92, %r5;
setp.lt.u32 %p34, %r92, %r4;
@%p34 bra $L__BB23_2;
$L__BB23_30:
ret;
}
.visible .entry combine_f16(
.param .u64 combine_f16_param_0,
.param .u64 combine_f16_param_1,
.param .u64 combine_f16_param_2,
.param .u64 combine_f16_param_3,
.param .u32 combine_f16_param_4,
.param .u32 combine_f16_param_5,
.param .u32 combine_f16_param_6,
.param .u32 combine_f16_param_7
)
{
.reg .pred %p<13>;
.reg .b16 %rs<8>;
.reg .f32 %f<29>;
.reg .b32 %r<36>;
.reg .b64 %rd<29>;
ld.param.u64 %rd10, [combine_f16_param_0];
ld.param.u64 %rd8, [combine_f16_param_1];
ld.param.u64 %rd9, [combine_f16_param_2];
ld.param.u64 %rd11, [combine_f16_param_3];
ld.param.u32 %r17, [combine_f16_param_4];
ld.param.u32 %r18, [combine_f16_param_5];
ld.param.u32 %r19, [combine_f16_param_6];
ld.param.u32 %r20, [combine_f16_param_7];
cvta.to.global.u64 %rd1, %rd11;
cvta.to.global.u64 %rd2, %rd9;
cvta.to.global.u64 %rd3, %rd10;
mov.u32 %r1, %ntid.x;
mov.u32 %r21, %ctaid.x;
mov.u32 %r22, %tid.x;
mad.lo.s32 %r31, %r21, %r1, %r22;
mul.lo.s32 %r3, %r18, %r17;
setp.ge.u32 %p1, %r31, %r3;
@%p1 bra $L__BB24_23;
setp.eq.s64 %p2, %rd8, 0;
mov.u32 %r23, %nctaid.x;
mul.lo.s32 %r4, %r23, %r1;
@%p2 bra $L__BB24_11;
cvta.to.global.u64 %rd4, %rd8;
$L__BB24_3:
cvt.u64.u32 %rd5, %r31;
mul.wide.u32 %rd12, %r31, 2;
add.s64 %rd13, %rd3, %rd12;
ld.global.u16 %rs1, [%rd13];
cvt.f32.f16 %f13, %rs1;
add.s64 %rd14, %rd4, %rd12;
ld.global.u16 %rs2, [%rd14];
cvt.f32.f16 %f14, %rs2;
add.f32 %f26, %f13, %f14;
setp.eq.s64 %p3, %rd9, 0;
@%p3 bra $L__BB24_8;
setp.eq.s32 %p4, %r20, 0;
@%p4 bra $L__BB24_6;
cvt.u32.u64 %r24, %rd5;
div.u32 %r32, %r24, %r17;
bra.uni $L__BB24_7;
$L__BB24_6:
cvt.u32.u64 %r25, %rd5;
rem.u32 %r32, %r25, %r18;
$L__BB24_7:
mul.wide.u32 %rd15, %r32, 4;
add.s64 %rd16, %rd2, %rd15;
ld.global.f32 %f15, [%rd16];
add.f32 %f26, %f26, %f15;
$L__BB24_8:
setp.eq.s32 %p5, %r19, 0;
@%p5 bra $L__BB24_10;
mov.f32 %f16, 0f00000000;
max.f32 %f26, %f26, %f16;
$L__BB24_10:
cvt.rn.f16.f32 %rs3, %f26;
shl.b64 %rd17, %rd5, 1;
add.s64 %rd18, %rd1, %rd17;
st.global.u16 [%rd18], %rs3;
cvt.u32.u64 %r26, %rd5;
add.s32 %r31, %r26, %r4;
setp.lt.u32 %p6, %r31, %r3;
@%p6 bra $L__BB24_3;
bra.uni $L__BB24_23;
$L__BB24_11:
setp.eq.s64 %p7, %rd9, 0;
@%p7 bra $L__BB24_20;
$L__BB24_13:
cvt.u64.u32 %rd6, %r31;
mul.wide.u32 %rd19, %r31, 2;
add.s64 %rd20, %rd3, %rd19;
ld.global.u16 %rs4, [%rd20];
cvt.f32.f16 %f18, %rs4;
setp.eq.s32 %p8, %r20, 0;
@%p8 bra $L__BB24_15;
cvt.u32.u64 %r27, %rd6;
div.u32 %r34, %r27, %r17;
bra.uni $L__BB24_16;
$L__BB24_15:
cvt.u32.u64 %r28, %rd6;
rem.u32 %r34, %r28, %r18;
$L__BB24_16:
mul.wide.u32 %rd21, %r34, 4;
add.s64 %rd22, %rd2, %rd21;
ld.global.f32 %f19, [%rd22];
add.f32 %f27, %f18, %f19;
setp.eq.s32 %p9, %r19, 0;
@%p9 bra $L__BB24_18;
mov.f32 %f20, 0f00000000;
max.f32 %f27, %f27, %f20;
$L__BB24_18:
cvt.rn.f16.f32 %rs5, %f27;
shl.b64 %rd23, %rd6, 1;
add.s64 %rd24, %rd1, %rd23;
st.global.u16 [%rd24], %rs5;
cvt.u32.u64 %r29, %rd6;
add.s32 %r31, %r29, %r4;
setp.lt.u32 %p10, %r31, %r3;
@%p10 bra $L__BB24_13;
bra.uni $L__BB24_23;
$L__BB24_20:
cvt.u64.u32 %rd7, %r31;
mul.wide.u32 %rd25, %r31, 2;
add.s64 %rd26, %rd3, %rd25;
ld.global.u16 %rs6, [%rd26];
cvt.f32.f16 %f28, %rs6;
setp.eq.s32 %p11, %r19, 0;
@%p11 bra $L__BB24_22;
mov.f32 %f23, 0f00000000;
max.f32 %f28, %f28, %f23;
$L__BB24_22:
cvt.rn.f16.f32 %rs7, %f28;
shl.b64 %rd27, %rd7, 1;
add.s64 %rd28, %rd1, %rd27;
st.global.u16 [%rd28], %rs7;
cvt.u32.u64 %r30, %rd7;
add.s32 %r31, %r30, %r4;
setp.lt.u32 %p12, %r31, %r3;
@%p12 bra $L__BB24_20;
$L__BB24_23:
ret;
}
.visible .entry affine_f16(
.param .u64 affine_f16_param_0,
.param .u64 affine_f16_param_1,
.param .u64 affine_f16_param_2,
.param .u64 affine_f16_param_3,
.param .u32 affine_f16_param_4,
.param .u32 affine_f16_param_5,
.param .u32 affine_f16_param_6,
.param .u32 affine_f16_param_7
)
{
.reg .pred %p<9>;
.reg .b16 %rs<9>;
.reg .f32 %f<21>;
.reg .b32 %r<28>;
.reg .b64 %rd<33>;
ld.param.u64 %rd5, [affine_f16_param_0];
ld.param.u64 %rd6, [affine_f16_param_1];
ld.param.u64 %rd7, [affine_f16_param_2];
ld.param.u64 %rd8, [affine_f16_param_3];
ld.param.u32 %r13, [affine_f16_param_4];
ld.param.u32 %r14, [affine_f16_param_5];
ld.param.u32 %r15, [affine_f16_param_6];
ld.param.u32 %r16, [affine_f16_param_7];
cvta.to.global.u64 %rd1, %rd8;
cvta.to.global.u64 %rd2, %rd7;
cvta.to.global.u64 %rd3, %rd6;
cvta.to.global.u64 %rd4, %rd5;
mov.u32 %r1, %ntid.x;
mov.u32 %r17, %ctaid.x;
mov.u32 %r18, %tid.x;
mad.lo.s32 %r2, %r17, %r1, %r18;
mul.lo.s32 %r3, %r14, %r13;
setp.ge.u32 %p1, %r2, %r3;
@%p1 bra $L__BB25_12;
setp.eq.s32 %p2, %r16, 0;
mov.u32 %r19, %nctaid.x;
mul.lo.s32 %r4, %r19, %r1;
@%p2 bra $L__BB25_7;
setp.eq.s32 %p3, %r15, 0;
@%p3 bra $L__BB25_6;
$L__BB25_4:
mul.wide.u32 %rd9, %r2, 2;
add.s64 %rd10, %rd4, %rd9;
ld.global.u16 %rs1, [%rd10];
cvt.f32.f16 %f1, %rs1;
div.u32 %r20, %r2, %r13;
mul.wide.u32 %rd11, %r20, 4;
add.s64 %rd12, %rd3, %rd11;
ld.global.f32 %f3, [%rd12];
add.s64 %rd13, %rd2, %rd11;
ld.global.f32 %f4, [%rd13];
fma.rn.f32 %f5, %f1, %f3, %f4;
mov.f32 %f6, 0f00000000;
max.f32 %f2, %f5, %f6;
cvt.rn.f16.f32 %rs2, %f2;
add.s64 %rd14, %rd1, %rd9;
st.global.u16 [%rd14], %rs2;
add.s32 %r2, %r2, %r4;
setp.lt.u32 %p4, %r2, %r3;
@%p4 bra $L__BB25_4;
bra.uni $L__BB25_12;
$L__BB25_6:
mul.wide.u32 %rd15, %r2, 2;
add.s64 %rd16, %rd4, %rd15;
ld.global.u16 %rs3, [%rd16];
cvt.f32.f16 %f7, %rs3;
div.u32 %r21, %r2, %r13;
mul.wide.u32 %rd17, %r21, 4;
add.s64 %rd18, %rd3, %rd17;
ld.global.f32 %f9, [%rd18];
add.s64 %rd19, %rd2, %rd17;
ld.global.f32 %f10, [%rd19];
fma.rn.f32 %f8, %f7, %f9, %f10;
cvt.rn.f16.f32 %rs4, %f8;
add.s64 %rd20, %rd1, %rd15;
st.global.u16 [%rd20], %rs4;
add.s32 %r2, %r2, %r4;
setp.lt.u32 %p5, %r2, %r3;
@%p5 bra $L__BB25_6;
bra.uni $L__BB25_12;
$L__BB25_7:
setp.eq.s32 %p6, %r15, 0;
@%p6 bra $L__BB25_11;
$L__BB25_9:
mul.wide.u32 %rd21, %r2, 2;
add.s64 %rd22, %rd4, %rd21;
ld.global.u16 %rs5, [%rd22];
cvt.f32.f16 %f11, %rs5;
rem.u32 %r22, %r2, %r14;
mul.wide.u32 %rd23, %r22, 4;
add.s64 %rd24, %rd3, %rd23;
ld.global.f32 %f13, [%rd24];
add.s64 %rd25, %rd2, %rd23;
ld.global.f32 %f14, [%rd25];
fma.rn.f32 %f15, %f11, %f13, %f14;
mov.f32 %f16, 0f00000000;
max.f32 %f12, %f15, %f16;
cvt.rn.f16.f32 %rs6, %f12;
add.s64 %rd26, %rd1, %rd21;
st.global.u16 [%rd26], %rs6;
add.s32 %r2, %r2, %r4;
setp.lt.u32 %p7, %r2, %r3;
@%p7 bra $L__BB25_9;
bra.uni $L__BB25_12;
$L__BB25_11:
mul.wide.u32 %rd27, %r2, 2;
add.s64 %rd28, %rd4, %rd27;
ld.global.u16 %rs7, [%rd28];
cvt.f32.f16 %f17, %rs7;
rem.u32 %r23, %r2, %r14;
mul.wide.u32 %rd29, %r23, 4;
add.s64 %rd30, %rd3, %rd29;
ld.global.f32 %f19, [%rd30];
add.s64 %rd31, %rd2, %rd29;
ld.global.f32 %f20, [%rd31];
fma.rn.f32 %f18, %f17, %f19, %f20;
cvt.rn.f16.f32 %rs8, %f18;
add.s64 %rd32, %rd1, %rd27;
st.global.u16 [%rd32], %rs8;
add.s32 %r2, %r2, %r4;
setp.lt.u32 %p8, %r2, %r3;
@%p8 bra $L__BB25_11;
$L__BB25_12:
ret;
}
.visible .entry depthwise_f16(
.param .u64 depthwise_f16_param_0,
.param .u64 depthwise_f16_param_1,
.param .u64 depthwise_f16_param_2,
.param .u64 depthwise_f16_param_3,
.param .u32 depthwise_f16_param_4,
.param .u32 depthwise_f16_param_5,
.param .u32 depthwise_f16_param_6,
.param .u32 depthwise_f16_param_7,
.param .u32 depthwise_f16_param_8,
.param .u32 depthwise_f16_param_9,
.param .u32 depthwise_f16_param_10,
.param .u32 depthwise_f16_param_11,
.param .u32 depthwise_f16_param_12,
.param .u32 depthwise_f16_param_13,
.param .u32 depthwise_f16_param_14,
.param .u32 depthwise_f16_param_15,
.param .u32 depthwise_f16_param_16,
.param .u32 depthwise_f16_param_17,
.param .u32 depthwise_f16_param_18,
.param .u32 depthwise_f16_param_19,
.param .u32 depthwise_f16_param_20,
.param .u32 depthwise_f16_param_21,
.param .u32 depthwise_f16_param_22,
.param .u32 depthwise_f16_param_23,
.param .u32 depthwise_f16_param_24
)
{
.reg .pred %p<42>;
.reg .b16 %rs<16>;
.reg .f32 %f<102>;
.reg .b32 %r<216>;
.reg .b64 %rd<127>;
ld.param.u64 %rd9, [depthwise_f16_param_0];
ld.param.u64 %rd10, [depthwise_f16_param_1];
ld.param.u64 %rd7, [depthwise_f16_param_2];
ld.param.u64 %rd8, [depthwise_f16_param_3];
ld.param.u32 %r100, [depthwise_f16_param_4];
ld.param.u32 %r80, [depthwise_f16_param_5];
ld.param.u32 %r81, [depthwise_f16_param_6];
ld.param.u32 %r82, [depthwise_f16_param_7];
ld.param.u32 %r83, [depthwise_f16_param_8];
ld.param.u32 %r84, [depthwise_f16_param_9];
ld.param.u32 %r85, [depthwise_f16_param_10];
ld.param.u32 %r86, [depthwise_f16_param_11];
ld.param.u32 %r87, [depthwise_f16_param_12];
ld.param.u32 %r88, [depthwise_f16_param_13];
ld.param.u32 %r89, [depthwise_f16_param_14];
ld.param.u32 %r90, [depthwise_f16_param_15];
ld.param.u32 %r91, [depthwise_f16_param_16];
cvta.to.global.u64 %rd1, %rd10;
cvta.to.global.u64 %rd2, %rd9;
mul.lo.s32 %r101, %r80, %r100;
mul.lo.s32 %r1, %r101, %r81;
mov.u32 %r2, %ntid.x;
mov.u32 %r102, %ctaid.x;
mov.u32 %r103, %tid.x;
mad.lo.s32 %r201, %r102, %r2, %r103;
mul.lo.s32 %r4, %r1, %r86;
setp.ge.u32 %p1, %r201, %r4;
@%p1 bra $L__BB26_61;
mul.lo.s32 %r104, %r83, %r82;
mul.lo.s32 %r105, %r104, %r84;
cvt.u64.u32 %rd3, %r105;
cvt.u64.u32 %rd4, %r85;
mov.u32 %r106, %nctaid.x;
mul.lo.s32 %r5, %r106, %r2;
add.s32 %r6, %r91, -1;
and.b32 %r7, %r91, 3;
mul.lo.s32 %r10, %r91, %r87;
sub.s32 %r11, %r7, %r91;
cvta.to.global.u64 %rd5, %rd7;
cvta.to.global.u64 %rd6, %rd8;
$L__BB26_2:
ld.param.u32 %r185, [depthwise_f16_param_24];
setp.eq.s32 %p2, %r185, 0;
@%p2 bra $L__BB26_4;
div.u32 %r203, %r201, %r1;
mul.lo.s32 %r107, %r203, %r1;
sub.s32 %r202, %r201, %r107;
bra.uni $L__BB26_5;
$L__BB26_4:
ld.param.u32 %r194, [depthwise_f16_param_11];
div.u32 %r202, %r201, %r194;
mul.lo.s32 %r108, %r202, %r194;
sub.s32 %r203, %r201, %r108;
$L__BB26_5:
setp.ge.u32 %p3, %r203, %r87;
mov.f32 %f87, 0f00000000;
@%p3 bra $L__BB26_58;
setp.eq.s32 %p4, %r89, 0;
mul.wide.u32 %rd11, %r203, 4;
add.s64 %rd12, %rd5, %rd11;
ld.global.f32 %f87, [%rd12];
@%p4 bra $L__BB26_58;
ld.param.u32 %r193, [depthwise_f16_param_22];
ld.param.u32 %r192, [depthwise_f16_param_19];
ld.param.u32 %r191, [depthwise_f16_param_21];
ld.param.u32 %r190, [depthwise_f16_param_18];
ld.param.u32 %r189, [depthwise_f16_param_20];
ld.param.u32 %r188, [depthwise_f16_param_17];
ld.param.u32 %r187, [depthwise_f16_param_5];
ld.param.u32 %r186, [depthwise_f16_param_6];
div.u32 %r110, %r202, %r186;
div.u32 %r111, %r110, %r187;
mul.lo.s32 %r112, %r111, %r188;
sub.s32 %r19, %r112, %r189;
mul.lo.s32 %r113, %r111, %r187;
sub.s32 %r114, %r110, %r113;
mul.lo.s32 %r115, %r114, %r190;
sub.s32 %r20, %r115, %r191;
mul.lo.s32 %r116, %r110, %r186;
sub.s32 %r117, %r202, %r116;
mul.lo.s32 %r118, %r117, %r192;
sub.s32 %r21, %r118, %r193;
mov.u32 %r204, 0;
$L__BB26_8:
ld.param.u32 %r200, [depthwise_f16_param_7];
add.s32 %r23, %r19, %r204;
setp.ge.u32 %p5, %r23, %r200;
setp.eq.s32 %p6, %r90, 0;
or.pred %p7, %p5, %p6;
@%p7 bra $L__BB26_57;
setp.eq.s32 %p8, %r91, 0;
mul.lo.s32 %r24, %r23, %r83;
@%p8 bra $L__BB26_57;
setp.eq.s32 %p41, %r185, 0;
@%p41 bra $L__BB26_34;
mov.u32 %r205, 0;
$L__BB26_12:
add.s32 %r27, %r20, %r205;
setp.ge.u32 %p10, %r27, %r83;
@%p10 bra $L__BB26_33;
mul.lo.s32 %r197, %r204, %r90;
setp.lt.u32 %p11, %r6, 3;
add.s32 %r121, %r27, %r24;
mul.lo.s32 %r28, %r121, %r84;
add.s32 %r29, %r205, %r197;
mul.lo.s32 %r30, %r29, %r91;
mov.u32 %r211, 0;
@%p11 bra $L__BB26_24;
add.s32 %r123, %r30, 3;
mad.lo.s32 %r209, %r87, %r123, %r203;
add.s32 %r124, %r30, 2;
mad.lo.s32 %r208, %r87, %r124, %r203;
add.s32 %r125, %r30, 1;
mad.lo.s32 %r207, %r87, %r125, %r203;
mad.lo.s32 %r206, %r10, %r29, %r203;
$L__BB26_15:
add.s32 %r40, %r21, %r211;
setp.ge.u32 %p12, %r40, %r84;
@%p12 bra $L__BB26_17;
add.s32 %r126, %r40, %r28;
div.u32 %r127, %r203, %r88;
cvt.u64.u32 %rd13, %r127;
cvt.u64.u32 %rd14, %r126;
mul.lo.s64 %rd15, %rd13, %rd3;
add.s64 %rd16, %rd15, %rd14;
shl.b64 %rd17, %rd16, 1;
add.s64 %rd18, %rd2, %rd17;
ld.global.u16 %rs1, [%rd18];
cvt.f32.f16 %f45, %rs1;
mul.wide.u32 %rd19, %r206, 4;
add.s64 %rd20, %rd1, %rd19;
ld.global.f32 %f46, [%rd20];
fma.rn.f32 %f87, %f45, %f46, %f87;
$L__BB26_17:
add.s32 %r41, %r40, 1;
setp.ge.u32 %p13, %r41, %r84;
@%p13 bra $L__BB26_19;
add.s32 %r129, %r41, %r28;
div.u32 %r130, %r203, %r88;
cvt.u64.u32 %rd21, %r130;
cvt.u64.u32 %rd22, %r129;
mul.lo.s64 %rd23, %rd21, %rd3;
add.s64 %rd24, %rd23, %rd22;
shl.b64 %rd25, %rd24, 1;
add.s64 %rd26, %rd2, %rd25;
ld.global.u16 %rs2, [%rd26];
cvt.f32.f16 %f47, %rs2;
mul.wide.u32 %rd27, %r207, 4;
add.s64 %rd28, %rd1, %rd27;
ld.global.f32 %f48, [%rd28];
fma.rn.f32 %f87, %f47, %f48, %f87;
$L__BB26_19:
add.s32 %r42, %r40, 2;
setp.ge.u32 %p14, %r42, %r84;
@%p14 bra $L__BB26_21;
add.s32 %r132, %r42, %r28;
div.u32 %r133, %r203, %r88;
cvt.u64.u32 %rd29, %r133;
cvt.u64.u32 %rd30, %r132;
mul.lo.s64 %rd31, %rd29, %rd3;
add.s64 %rd32, %rd31, %rd30;
shl.b64 %rd33, %rd32, 1;
add.s64 %rd34, %rd2, %rd33;
ld.global.u16 %rs3, [%rd34];
cvt.f32.f16 %f49, %rs3;
mul.wide.u32 %rd35, %r208, 4;
add.s64 %rd36, %rd1, %rd35;
ld.global.f32 %f50, [%rd36];
fma.rn.f32 %f87, %f49, %f50, %f87;
$L__BB26_21:
add.s32 %r43, %r40, 3;
setp.ge.u32 %p15, %r43, %r84;
@%p15 bra $L__BB26_23;
add.s32 %r135, %r43, %r28;
div.u32 %r136, %r203, %r88;
cvt.u64.u32 %rd37, %r136;
cvt.u64.u32 %rd38, %r135;
mul.lo.s64 %rd39, %rd37, %rd3;
add.s64 %rd40, %rd39, %rd38;
shl.b64 %rd41, %rd40, 1;
add.s64 %rd42, %rd2, %rd41;
ld.global.u16 %rs4, [%rd42];
cvt.f32.f16 %f51, %rs4;
mul.wide.u32 %rd43, %r209, 4;
add.s64 %rd44, %rd1, %rd43;
ld.global.f32 %f52, [%rd44];
fma.rn.f32 %f87, %f51, %f52, %f87;
$L__BB26_23:
shl.b32 %r183, %r87, 2;
add.s32 %r209, %r209, %r183;
add.s32 %r208, %r208, %r183;
add.s32 %r207, %r207, %r183;
add.s32 %r206, %r206, %r183;
add.s32 %r211, %r211, 4;
add.s32 %r137, %r11, %r211;
setp.ne.s32 %p16, %r137, 0;
@%p16 bra $L__BB26_15;
$L__BB26_24:
setp.eq.s32 %p17, %r7, 0;
@%p17 bra $L__BB26_33;
add.s32 %r50, %r21, %r211;
setp.ge.u32 %p18, %r50, %r84;
@%p18 bra $L__BB26_27;
add.s32 %r138, %r50, %r28;
div.u32 %r139, %r203, %r88;
cvt.u64.u32 %rd45, %r139;
cvt.u64.u32 %rd46, %r138;
mul.lo.s64 %rd47, %rd45, %rd3;
add.s64 %rd48, %rd47, %rd46;
shl.b64 %rd49, %rd48, 1;
add.s64 %rd50, %rd2, %rd49;
ld.global.u16 %rs5, [%rd50];
cvt.f32.f16 %f53, %rs5;
add.s32 %r140, %r211, %r30;
mad.lo.s32 %r141, %r140, %r87, %r203;
mul.wide.u32 %rd51, %r141, 4;
add.s64 %rd52, %rd1, %rd51;
ld.global.f32 %f54, [%rd52];
fma.rn.f32 %f87, %f53, %f54, %f87;
$L__BB26_27:
add.s32 %r51, %r211, 1;
setp.eq.s32 %p19, %r7, 1;
@%p19 bra $L__BB26_33;
add.s32 %r52, %r21, %r51;
setp.ge.u32 %p20, %r52, %r84;
@%p20 bra $L__BB26_30;
add.s32 %r198, %r211, 1;
add.s32 %r142, %r52, %r28;
div.u32 %r143, %r203, %r88;
cvt.u64.u32 %rd53, %r143;
cvt.u64.u32 %rd54, %r142;
mul.lo.s64 %rd55, %rd53, %rd3;
add.s64 %rd56, %rd55, %rd54;
shl.b64 %rd57, %rd56, 1;
add.s64 %rd58, %rd2, %rd57;
ld.global.u16 %rs6, [%rd58];
cvt.f32.f16 %f55, %rs6;
add.s32 %r144, %r198, %r30;
mad.lo.s32 %r145, %r144, %r87, %r203;
mul.wide.u32 %rd59, %r145, 4;
add.s64 %rd60, %rd1, %rd59;
ld.global.f32 %f56, [%rd60];
fma.rn.f32 %f87, %f55, %f56, %f87;
$L__BB26_30:
add.s32 %r53, %r211, 2;
setp.eq.s32 %p21, %r7, 2;
@%p21 bra $L__BB26_33;
add.s32 %r54, %r21, %r53;
setp.ge.u32 %p22, %r54, %r84;
@%p22 bra $L__BB26_33;
add.s32 %r146, %r54, %r28;
div.u32 %r147, %r203, %r88;
cvt.u64.u32 %rd61, %r147;
cvt.u64.u32 %rd62, %r146;
mul.lo.s64 %rd63, %rd61, %rd3;
add.s64 %rd64, %rd63, %rd62;
shl.b64 %rd65, %rd64, 1;
add.s64 %rd66, %rd2, %rd65;
ld.global.u16 %rs7, [%rd66];
cvt.f32.f16 %f57, %rs7;
add.s32 %r148, %r53, %r30;
mad.lo.s32 %r149, %r148, %r87, %r203;
mul.wide.u32 %rd67, %r149, 4;
add.s64 %rd68, %rd1, %rd67;
ld.global.f32 %f58, [%rd68];
fma.rn.f32 %f87, %f57, %f58, %f87;
$L__BB26_33:
add.s32 %r205, %r205, 1;
setp.lt.u32 %p23, %r205, %r90;
@%p23 bra $L__BB26_12;
bra.uni $L__BB26_57;
$L__BB26_34:
mov.u32 %r212, 0;
$L__BB26_35:
add.s32 %r57, %r20, %r212;
setp.ge.u32 %p24, %r57, %r83;
@%p24 bra $L__BB26_56;
mul.lo.s32 %r195, %r204, %r90;
setp.lt.u32 %p25, %r6, 3;
add.s32 %r152, %r57, %r24;
mul.lo.s32 %r58, %r152, %r84;
add.s32 %r153, %r212, %r195;
mul.lo.s32 %r59, %r153, %r91;
mov.u32 %r215, 0;
@%p25 bra $L__BB26_47;
sub.s32 %r214, %r91, %r7;
$L__BB26_38:
add.s32 %r62, %r21, %r215;
setp.ge.u32 %p26, %r62, %r84;
@%p26 bra $L__BB26_40;
add.s32 %r155, %r62, %r58;
div.u32 %r156, %r203, %r88;
cvt.u64.u32 %rd69, %r156;
cvt.u64.u32 %rd70, %r155;
mul.lo.s64 %rd71, %rd70, %rd4;
add.s64 %rd72, %rd71, %rd69;
shl.b64 %rd73, %rd72, 1;
add.s64 %rd74, %rd2, %rd73;
ld.global.u16 %rs8, [%rd74];
cvt.f32.f16 %f60, %rs8;
add.s32 %r157, %r215, %r59;
mad.lo.s32 %r158, %r157, %r87, %r203;
mul.wide.u32 %rd75, %r158, 4;
add.s64 %rd76, %rd1, %rd75;
ld.global.f32 %f61, [%rd76];
fma.rn.f32 %f87, %f60, %f61, %f87;
$L__BB26_40:
add.s32 %r63, %r215, 1;
add.s32 %r64, %r21, %r63;
setp.ge.u32 %p27, %r64, %r84;
@%p27 bra $L__BB26_42;
add.s32 %r159, %r64, %r58;
div.u32 %r160, %r203, %r88;
cvt.u64.u32 %rd77, %r160;
cvt.u64.u32 %rd78, %r159;
mul.lo.s64 %rd79, %rd78, %rd4;
add.s64 %rd80, %rd79, %rd77;
shl.b64 %rd81, %rd80, 1;
add.s64 %rd82, %rd2, %rd81;
ld.global.u16 %rs9, [%rd82];
cvt.f32.f16 %f62, %rs9;
add.s32 %r161, %r63, %r59;
mad.lo.s32 %r162, %r161, %r87, %r203;
mul.wide.u32 %rd83, %r162, 4;
add.s64 %rd84, %rd1, %rd83;
ld.global.f32 %f63, [%rd84];
fma.rn.f32 %f87, %f62, %f63, %f87;
$L__BB26_42:
add.s32 %r65, %r215, 2;
add.s32 %r66, %r21, %r65;
setp.ge.u32 %p28, %r66, %r84;
@%p28 bra $L__BB26_44;
add.s32 %r163, %r66, %r58;
div.u32 %r164, %r203, %r88;
cvt.u64.u32 %rd85, %r164;
cvt.u64.u32 %rd86, %r163;
mul.lo.s64 %rd87, %rd86, %rd4;
add.s64 %rd88, %rd87, %rd85;
shl.b64 %rd89, %rd88, 1;
add.s64 %rd90, %rd2, %rd89;
ld.global.u16 %rs10, [%rd90];
cvt.f32.f16 %f64, %rs10;
add.s32 %r165, %r65, %r59;
mad.lo.s32 %r166, %r165, %r87, %r203;
mul.wide.u32 %rd91, %r166, 4;
add.s64 %rd92, %rd1, %rd91;
ld.global.f32 %f65, [%rd92];
fma.rn.f32 %f87, %f64, %f65, %f87;
$L__BB26_44:
add.s32 %r67, %r215, 3;
add.s32 %r68, %r21, %r67;
setp.ge.u32 %p29, %r68, %r84;
@%p29 bra $L__BB26_46;
add.s32 %r167, %r68, %r58;
div.u32 %r168, %r203, %r88;
cvt.u64.u32 %rd93, %r168;
cvt.u64.u32 %rd94, %r167;
mul.lo.s64 %rd95, %rd94, %rd4;
add.s64 %rd96, %rd95, %rd93;
shl.b64 %rd97, %rd96, 1;
add.s64 %rd98, %rd2, %rd97;
ld.global.u16 %rs11, [%rd98];
cvt.f32.f16 %f66, %rs11;
add.s32 %r169, %r67, %r59;
mad.lo.s32 %r170, %r169, %r87, %r203;
mul.wide.u32 %rd99, %r170, 4;
add.s64 %rd100, %rd1, %rd99;
ld.global.f32 %f67, [%rd100];
fma.rn.f32 %f87, %f66, %f67, %f87;
$L__BB26_46:
add.s32 %r215, %r215, 4;
add.s32 %r214, %r214, -4;
setp.ne.s32 %p30, %r214, 0;
@%p30 bra $L__BB26_38;
$L__BB26_47:
setp.eq.s32 %p31, %r7, 0;
@%p31 bra $L__BB26_56;
add.s32 %r72, %r21, %r215;
setp.ge.u32 %p32, %r72, %r84;
@%p32 bra $L__BB26_50;
add.s32 %r171, %r72, %r58;
div.u32 %r172, %r203, %r88;
cvt.u64.u32 %rd101, %r172;
cvt.u64.u32 %rd102, %r171;
mul.lo.s64 %rd103, %rd102, %rd4;
add.s64 %rd104, %rd103, %rd101;
shl.b64 %rd105, %rd104, 1;
add.s64 %rd106, %rd2, %rd105;
ld.global.u16 %rs12, [%rd106];
cvt.f32.f16 %f68, %rs12;
add.s32 %r173, %r215, %r59;
mad.lo.s32 %r174, %r173, %r87, %r203;
mul.wide.u32 %rd107, %r174, 4;
add.s64 %rd108, %rd1, %rd107;
ld.global.f32 %f69, [%rd108];
fma.rn.f32 %f87, %f68, %f69, %f87;
$L__BB26_50:
add.s32 %r73, %r215, 1;
setp.eq.s32 %p33, %r7, 1;
@%p33 bra $L__BB26_56;
add.s32 %r74, %r21, %r73;
setp.ge.u32 %p34, %r74, %r84;
@%p34 bra $L__BB26_53;
add.s32 %r199, %r215, 1;
add.s32 %r175, %r74, %r58;
div.u32 %r176, %r203, %r88;
cvt.u64.u32 %rd109, %r176;
cvt.u64.u32 %rd110, %r175;
mul.lo.s64 %rd111, %rd110, %rd4;
add.s64 %rd112, %rd111, %rd109;
shl.b64 %rd113, %rd112, 1;
add.s64 %rd114, %rd2, %rd113;
ld.global.u16 %rs13, [%rd114];
cvt.f32.f16 %f70, %rs13;
add.s32 %r177, %r199, %r59;
mad.lo.s32 %r178, %r177, %r87, %r203;
mul.wide.u32 %rd115, %r178, 4;
add.s64 %rd116, %rd1, %rd115;
ld.global.f32 %f71, [%rd116];
fma.rn.f32 %f87, %f70, %f71, %f87;
$L__BB26_53:
add.s32 %r75, %r215, 2;
setp.eq.s32 %p35, %r7, 2;
@%p35 bra $L__BB26_56;
add.s32 %r76, %r21, %r75;
setp.ge.u32 %p36, %r76, %r84;
@%p36 bra $L__BB26_56;
add.s32 %r179, %r76, %r58;
div.u32 %r180, %r203, %r88;
cvt.u64.u32 %rd117, %r180;
cvt.u64.u32 %rd118, %r179;
mul.lo.s64 %rd119, %rd118, %rd4;
add.s64 %rd120, %rd119, %rd117;
shl.b64 %rd121, %rd120, 1;
add.s64 %rd122, %rd2, %rd121;
ld.global.u16 %rs14, [%rd122];
cvt.f32.f16 %f72, %rs14;
add.s32 %r181, %r75, %r59;
mad.lo.s32 %r182, %r181, %r87, %r203;
mul.wide.u32 %rd123, %r182, 4;
add.s64 %rd124, %rd1, %rd123;
ld.global.f32 %f73, [%rd124];
fma.rn.f32 %f87, %f72, %f73, %f87;
$L__BB26_56:
add.s32 %r212, %r212, 1;
setp.lt.u32 %p37, %r212, %r90;
@%p37 bra $L__BB26_35;
$L__BB26_57:
add.s32 %r204, %r204, 1;
setp.lt.u32 %p38, %r204, %r89;
@%p38 bra $L__BB26_8;
$L__BB26_58:
ld.param.u32 %r184, [depthwise_f16_param_23];
setp.eq.s32 %p39, %r184, 0;
@%p39 bra $L__BB26_60;
mov.f32 %f74, 0f00000000;
max.f32 %f87, %f87, %f74;
$L__BB26_60:
cvt.rn.f16.f32 %rs15, %f87;
mul.wide.u32 %rd125, %r201, 2;
add.s64 %rd126, %rd6, %rd125;
st.global.u16 [%rd126], %rs15;
add.s32 %r201, %r201, %r5;
setp.lt.u32 %p40, %r201, %r4;
@%p40 bra $L__BB26_2;
$L__BB26_61:
ret;
}
.visible .entry softmax_f16(
.param .u64 softmax_f16_param_0,
.param .u64 softmax_f16_param_1,
.param .u32 softmax_f16_param_2,
.param .u32 softmax_f16_param_3,
.param .u32 softmax_f16_param_4,
.param .u32 softmax_f16_param_5
)
{
.reg .pred %p<53>;
.reg .b16 %rs<57>;
.reg .f32 %f<609>;
.reg .b32 %r<150>;
.reg .b64 %rd<134>;
ld.param.u64 %rd27, [softmax_f16_param_0];
ld.param.u64 %rd28, [softmax_f16_param_1];
ld.param.u32 %r45, [softmax_f16_param_2];
ld.param.u32 %r46, [softmax_f16_param_3];
ld.param.u32 %r47, [softmax_f16_param_4];
ld.param.u32 %r48, [softmax_f16_param_5];
cvta.to.global.u64 %rd1, %rd28;
cvta.to.global.u64 %rd2, %rd27;
mov.u32 %r1, %ntid.x;
mov.u32 %r49, %ctaid.x;
mov.u32 %r50, %tid.x;
mad.lo.s32 %r131, %r49, %r1, %r50;
setp.ge.u32 %p1, %r131, %r45;
@%p1 bra $L__BB27_79;
cvt.u64.u32 %rd3, %r45;
cvt.u64.u32 %rd4, %r46;
mov.u32 %r51, %nctaid.x;
mul.lo.s32 %r3, %r51, %r1;
add.s32 %r4, %r47, -1;
add.s32 %r5, %r46, -1;
and.b32 %r6, %r47, 3;
sub.s32 %r7, %r47, %r6;
and.b32 %r8, %r46, 3;
sub.s32 %r9, %r46, %r8;
mul.wide.u32 %rd5, %r45, 2;
$L__BB27_2:
setp.eq.s32 %p2, %r47, 0;
mov.f32 %f587, 0fFF800000;
@%p2 bra $L__BB27_18;
setp.eq.s32 %p3, %r48, 0;
cvt.u64.u32 %rd6, %r131;
mul.lo.s64 %rd7, %rd6, %rd4;
@%p3 bra $L__BB27_11;
setp.lt.u32 %p4, %r4, 3;
mov.f32 %f587, 0fFF800000;
mov.u32 %r134, 0;
@%p4 bra $L__BB27_7;
mov.u32 %r133, %r7;
$L__BB27_6:
cvt.u64.u32 %rd29, %r134;
mul.lo.s64 %rd30, %rd29, %rd3;
add.s64 %rd31, %rd30, %rd6;
shl.b64 %rd32, %rd31, 1;
add.s64 %rd33, %rd2, %rd32;
ld.global.u16 %rs1, [%rd33];
cvt.f32.f16 %f63, %rs1;
max.f32 %f67, %f587, %f63;
add.s64 %rd34, %rd33, %rd5;
ld.global.u16 %rs2, [%rd34];
cvt.f32.f16 %f64, %rs2;
max.f32 %f68, %f67, %f64;
add.s64 %rd35, %rd34, %rd5;
ld.global.u16 %rs3, [%rd35];
cvt.f32.f16 %f65, %rs3;
max.f32 %f69, %f68, %f65;
add.s64 %rd36, %rd35, %rd5;
ld.global.u16 %rs4, [%rd36];
cvt.f32.f16 %f66, %rs4;
max.f32 %f587, %f69, %f66;
add.s32 %r134, %r134, 4;
add.s32 %r133, %r133, -4;
setp.ne.s32 %p5, %r133, 0;
@%p5 bra $L__BB27_6;
$L__BB27_7:
setp.eq.s32 %p6, %r6, 0;
@%p6 bra $L__BB27_18;
setp.eq.s32 %p7, %r6, 1;
cvt.u64.u32 %rd37, %r134;
mul.lo.s64 %rd38, %rd37, %rd3;
add.s64 %rd39, %rd38, %rd6;
shl.b64 %rd40, %rd39, 1;
add.s64 %rd41, %rd2, %rd40;
ld.global.u16 %rs5, [%rd41];
cvt.f32.f16 %f70, %rs5;
max.f32 %f587, %f587, %f70;
@%p7 bra $L__BB27_18;
setp.eq.s32 %p8, %r6, 2;
add.s32 %r54, %r134, 1;
cvt.u64.u32 %rd42, %r54;
mul.lo.s64 %rd43, %rd42, %rd3;
add.s64 %rd44, %rd43, %rd6;
shl.b64 %rd45, %rd44, 1;
add.s64 %rd46, %rd2, %rd45;
ld.global.u16 %rs6, [%rd46];
cvt.f32.f16 %f71, %rs6;
max.f32 %f587, %f587, %f71;
@%p8 bra $L__BB27_18;
add.s32 %r55, %r134, 2;
cvt.u64.u32 %rd47, %r55;
mul.lo.s64 %rd48, %rd47, %rd3;
add.s64 %rd49, %rd48, %rd6;
shl.b64 %rd50, %rd49, 1;
add.s64 %rd51, %rd2, %rd50;
ld.global.u16 %rs7, [%rd51];
cvt.f32.f16 %f72, %rs7;
max.f32 %f587, %f587, %f72;
bra.uni $L__BB27_18;
$L__BB27_11:
setp.lt.u32 %p9, %r4, 3;
mov.f32 %f587, 0fFF800000;
mov.u32 %r137, 0;
@%p9 bra $L__BB27_14;
mov.u32 %r136, %r7;
$L__BB27_13:
cvt.u64.u32 %rd52, %r137;
add.s64 %rd53, %rd7, %rd52;
shl.b64 %rd54, %rd53, 1;
add.s64 %rd55, %rd2, %rd54;
ld.global.u16 %rs8, [%rd55];
cvt.f32.f16 %f76, %rs8;
max.f32 %f80, %f587, %f76;
ld.global.u16 %rs9, [%rd55+2];
cvt.f32.f16 %f77, %rs9;
max.f32 %f81, %f80, %f77;
ld.global.u16 %rs10, [%rd55+4];
cvt.f32.f16 %f78, %rs10;
max.f32 %f82, %f81, %f78;
ld.global.u16 %rs11, [%rd55+6];
cvt.f32.f16 %f79, %rs11;
max.f32 %f587, %f82, %f79;
add.s32 %r137, %r137, 4;
add.s32 %r136, %r136, -4;
setp.ne.s32 %p10, %r136, 0;
@%p10 bra $L__BB27_13;
$L__BB27_14:
setp.eq.s32 %p11, %r6, 0;
@%p11 bra $L__BB27_18;
setp.eq.s32 %p12, %r6, 1;
cvt.u64.u32 %rd56, %r137;
add.s64 %rd57, %rd7, %rd56;
shl.b64 %rd58, %rd57, 1;
add.s64 %rd8, %rd2, %rd58;
ld.global.u16 %rs12, [%rd8];
cvt.f32.f16 %f83, %rs12;
max.f32 %f587, %f587, %f83;
@%p12 bra $L__BB27_18;
setp.eq.s32 %p13, %r6, 2;
ld.global.u16 %rs13, [%rd8+2];
cvt.f32.f16 %f84, %rs13;
max.f32 %f587, %f587, %f84;
@%p13 bra $L__BB27_18;
ld.global.u16 %rs14, [%rd8+4];
cvt.f32.f16 %f85, %rs14;
max.f32 %f587, %f587, %f85;
$L__BB27_18:
mov.f32 %f594, 0f00000000;
@%p2 bra $L__BB27_34;
setp.eq.s32 %p15, %r48, 0;
cvt.u64.u32 %rd9, %r131;
mul.lo.s64 %rd10, %rd9, %rd4;
@%p15 bra $L__BB27_27;
setp.lt.u32 %p16, %r4, 3;
mov.f32 %f594, 0f00000000;
mov.u32 %r140, 0;
@%p16 bra $L__BB27_23;
mov.u32 %r139, %r7;
$L__BB27_22:
cvt.u64.u32 %rd59, %r140;
mul.lo.s64 %rd60, %rd59, %rd3;
add.s64 %rd61, %rd60, %rd9;
shl.b64 %rd62, %rd61, 1;
add.s64 %rd63, %rd2, %rd62;
ld.global.u16 %rs15, [%rd63];
cvt.f32.f16 %f90, %rs15;
sub.f32 %f94, %f90, %f587;
mov.f32 %f95, 0f3F000000;
mov.f32 %f96, 0f3BBB989D;
fma.rn.f32 %f97, %f94, %f96, %f95;
mov.f32 %f98, 0f3FB8AA3B;
mov.f32 %f99, 0f437C0000;
cvt.sat.f32.f32 %f100, %f97;
mov.f32 %f101, 0f4B400001;
fma.rm.f32 %f102, %f100, %f99, %f101;
add.f32 %f103, %f102, 0fCB40007F;
neg.f32 %f104, %f103;
fma.rn.f32 %f105, %f94, %f98, %f104;
mov.f32 %f106, 0f32A57060;
fma.rn.f32 %f107, %f94, %f106, %f105;
mov.b32 %r60, %f102;
shl.b32 %r61, %r60, 23;
mov.b32 %f108, %r61;
ex2.approx.ftz.f32 %f109, %f107;
fma.rn.f32 %f110, %f109, %f108, %f594;
add.s64 %rd64, %rd63, %rd5;
ld.global.u16 %rs16, [%rd64];
cvt.f32.f16 %f91, %rs16;
sub.f32 %f111, %f91, %f587;
fma.rn.f32 %f112, %f111, %f96, %f95;
cvt.sat.f32.f32 %f113, %f112;
fma.rm.f32 %f114, %f113, %f99, %f101;
add.f32 %f115, %f114, 0fCB40007F;
neg.f32 %f116, %f115;
fma.rn.f32 %f117, %f111, %f98, %f116;
fma.rn.f32 %f118, %f111, %f106, %f117;
mov.b32 %r62, %f114;
shl.b32 %r63, %r62, 23;
mov.b32 %f119, %r63;
ex2.approx.ftz.f32 %f120, %f118;
fma.rn.f32 %f121, %f120, %f119, %f110;
add.s64 %rd65, %rd64, %rd5;
ld.global.u16 %rs17, [%rd65];
cvt.f32.f16 %f92, %rs17;
sub.f32 %f122, %f92, %f587;
fma.rn.f32 %f123, %f122, %f96, %f95;
cvt.sat.f32.f32 %f124, %f123;
fma.rm.f32 %f125, %f124, %f99, %f101;
add.f32 %f126, %f125, 0fCB40007F;
neg.f32 %f127, %f126;
fma.rn.f32 %f128, %f122, %f98, %f127;
fma.rn.f32 %f129, %f122, %f106, %f128;
mov.b32 %r64, %f125;
shl.b32 %r65, %r64, 23;
mov.b32 %f130, %r65;
ex2.approx.ftz.f32 %f131, %f129;
fma.rn.f32 %f132, %f131, %f130, %f121;
add.s64 %rd66, %rd65, %rd5;
ld.global.u16 %rs18, [%rd66];
cvt.f32.f16 %f93, %rs18;
sub.f32 %f133, %f93, %f587;
fma.rn.f32 %f134, %f133, %f96, %f95;
cvt.sat.f32.f32 %f135, %f134;
fma.rm.f32 %f136, %f135, %f99, %f101;
add.f32 %f137, %f136, 0fCB40007F;
neg.f32 %f138, %f137;
fma.rn.f32 %f139, %f133, %f98, %f138;
fma.rn.f32 %f140, %f133, %f106, %f139;
mov.b32 %r66, %f136;
shl.b32 %r67, %r66, 23;
mov.b32 %f141, %r67;
ex2.approx.ftz.f32 %f142, %f140;
fma.rn.f32 %f594, %f142, %f141, %f132;
add.s32 %r140, %r140, 4;
add.s32 %r139, %r139, -4;
setp.ne.s32 %p17, %r139, 0;
@%p17 bra $L__BB27_22;
$L__BB27_23:
setp.eq.s32 %p18, %r6, 0;
@%p18 bra $L__BB27_34;
setp.eq.s32 %p19, %r6, 1;
cvt.u64.u32 %rd67, %r140;
mul.lo.s64 %rd68, %rd67, %rd3;
add.s64 %rd69, %rd68, %rd9;
shl.b64 %rd70, %rd69, 1;
add.s64 %rd71, %rd2, %rd70;
ld.global.u16 %rs19, [%rd71];
cvt.f32.f16 %f143, %rs19;
sub.f32 %f144, %f143, %f587;
mov.f32 %f145, 0f3F000000;
mov.f32 %f146, 0f3BBB989D;
fma.rn.f32 %f147, %f144, %f146, %f145;
mov.f32 %f148, 0f3FB8AA3B;
mov.f32 %f149, 0f437C0000;
cvt.sat.f32.f32 %f150, %f147;
mov.f32 %f151, 0f4B400001;
fma.rm.f32 %f152, %f150, %f149, %f151;
add.f32 %f153, %f152, 0fCB40007F;
neg.f32 %f154, %f153;
fma.rn.f32 %f155, %f144, %f148, %f154;
mov.f32 %f156, 0f32A57060;
fma.rn.f32 %f157, %f144, %f156, %f155;
mov.b32 %r68, %f152;
shl.b32 %r69, %r68, 23;
mov.b32 %f158, %r69;
ex2.approx.ftz.f32 %f159, %f157;
fma.rn.f32 %f594, %f159, %f158, %f594;
@%p19 bra $L__BB27_34;
setp.eq.s32 %p20, %r6, 2;
add.s32 %r70, %r140, 1;
cvt.u64.u32 %rd72, %r70;
mul.lo.s64 %rd73, %rd72, %rd3;
add.s64 %rd74, %rd73, %rd9;
shl.b64 %rd75, %rd74, 1;
add.s64 %rd76, %rd2, %rd75;
ld.global.u16 %rs20, [%rd76];
cvt.f32.f16 %f160, %rs20;
sub.f32 %f161, %f160, %f587;
fma.rn.f32 %f164, %f161, %f146, %f145;
cvt.sat.f32.f32 %f167, %f164;
fma.rm.f32 %f169, %f167, %f149, %f151;
add.f32 %f170, %f169, 0fCB40007F;
neg.f32 %f171, %f170;
fma.rn.f32 %f172, %f161, %f148, %f171;
fma.rn.f32 %f174, %f161, %f156, %f172;
mov.b32 %r71, %f169;
shl.b32 %r72, %r71, 23;
mov.b32 %f175, %r72;
ex2.approx.ftz.f32 %f176, %f174;
fma.rn.f32 %f594, %f176, %f175, %f594;
@%p20 bra $L__BB27_34;
add.s32 %r73, %r140, 2;
cvt.u64.u32 %rd77, %r73;
mul.lo.s64 %rd78, %rd77, %rd3;
add.s64 %rd79, %rd78, %rd9;
shl.b64 %rd80, %rd79, 1;
add.s64 %rd81, %rd2, %rd80;
ld.global.u16 %rs21, [%rd81];
cvt.f32.f16 %f177, %rs21;
sub.f32 %f178, %f177, %f587;
mov.f32 %f179, 0f3F000000;
mov.f32 %f180, 0f3BBB989D;
fma.rn.f32 %f181, %f178, %f180, %f179;
mov.f32 %f182, 0f3FB8AA3B;
mov.f32 %f183, 0f437C0000;
cvt.sat.f32.f32 %f184, %f181;
mov.f32 %f185, 0f4B400001;
fma.rm.f32 %f186, %f184, %f183, %f185;
add.f32 %f187, %f186, 0fCB40007F;
neg.f32 %f188, %f187;
fma.rn.f32 %f189, %f178, %f182, %f188;
mov.f32 %f190, 0f32A57060;
fma.rn.f32 %f191, %f178, %f190, %f189;
mov.b32 %r74, %f186;
shl.b32 %r75, %r74, 23;
mov.b32 %f192, %r75;
ex2.approx.ftz.f32 %f193, %f191;
fma.rn.f32 %f594, %f193, %f192, %f594;
bra.uni $L__BB27_34;
$L__BB27_27:
setp.lt.u32 %p21, %r4, 3;
mov.f32 %f594, 0f00000000;
mov.u32 %r143, 0;
@%p21 bra $L__BB27_30;
mov.u32 %r142, %r7;
$L__BB27_29:
cvt.u64.u32 %rd82, %r143;
add.s64 %rd83, %rd10, %rd82;
shl.b64 %rd84, %rd83, 1;
add.s64 %rd85, %rd2, %rd84;
ld.global.u16 %rs22, [%rd85];
cvt.f32.f16 %f197, %rs22;
sub.f32 %f201, %f197, %f587;
mov.f32 %f202, 0f3F000000;
mov.f32 %f203, 0f3BBB989D;
fma.rn.f32 %f204, %f201, %f203, %f202;
mov.f32 %f205, 0f3FB8AA3B;
mov.f32 %f206, 0f437C0000;
cvt.sat.f32.f32 %f207, %f204;
mov.f32 %f208, 0f4B400001;
fma.rm.f32 %f209, %f207, %f206, %f208;
add.f32 %f210, %f209, 0fCB40007F;
neg.f32 %f211, %f210;
fma.rn.f32 %f212, %f201, %f205, %f211;
mov.f32 %f213, 0f32A57060;
fma.rn.f32 %f214, %f201, %f213, %f212;
mov.b32 %r78, %f209;
shl.b32 %r79, %r78, 23;
mov.b32 %f215, %r79;
ex2.approx.ftz.f32 %f216, %f214;
fma.rn.f32 %f217, %f216, %f215, %f594;
ld.global.u16 %rs23, [%rd85+2];
cvt.f32.f16 %f198, %rs23;
sub.f32 %f218, %f198, %f587;
fma.rn.f32 %f219, %f218, %f203, %f202;
cvt.sat.f32.f32 %f220, %f219;
fma.rm.f32 %f221, %f220, %f206, %f208;
add.f32 %f222, %f221, 0fCB40007F;
neg.f32 %f223, %f222;
fma.rn.f32 %f224, %f218, %f205, %f223;
fma.rn.f32 %f225, %f218, %f213, %f224;
mov.b32 %r80, %f221;
shl.b32 %r81, %r80, 23;
mov.b32 %f226, %r81;
ex2.approx.ftz.f32 %f227, %f225;
fma.rn.f32 %f228, %f227, %f226, %f217;
ld.global.u16 %rs24, [%rd85+4];
cvt.f32.f16 %f199, %rs24;
sub.f32 %f229, %f199, %f587;
fma.rn.f32 %f230, %f229, %f203, %f202;
cvt.sat.f32.f32 %f231, %f230;
fma.rm.f32 %f232, %f231, %f206, %f208;
add.f32 %f233, %f232, 0fCB40007F;
neg.f32 %f234, %f233;
fma.rn.f32 %f235, %f229, %f205, %f234;
fma.rn.f32 %f236, %f229, %f213, %f235;
mov.b32 %r82, %f232;
shl.b32 %r83, %r82, 23;
mov.b32 %f237, %r83;
ex2.approx.ftz.f32 %f238, %f236;
fma.rn.f32 %f239, %f238, %f237, %f228;
ld.global.u16 %rs25, [%rd85+6];
cvt.f32.f16 %f200, %rs25;
sub.f32 %f240, %f200, %f587;
fma.rn.f32 %f241, %f240, %f203, %f202;
cvt.sat.f32.f32 %f242, %f241;
fma.rm.f32 %f243, %f242, %f206, %f208;
add.f32 %f244, %f243, 0fCB40007F;
neg.f32 %f245, %f244;
fma.rn.f32 %f246, %f240, %f205, %f245;
fma.rn.f32 %f247, %f240, %f213, %f246;
mov.b32 %r84, %f243;
shl.b32 %r85, %r84, 23;
mov.b32 %f248, %r85;
ex2.approx.ftz.f32 %f249, %f247;
fma.rn.f32 %f594, %f249, %f248, %f239;
add.s32 %r143, %r143, 4;
add.s32 %r142, %r142, -4;
setp.ne.s32 %p22, %r142, 0;
@%p22 bra $L__BB27_29;
$L__BB27_30:
setp.eq.s32 %p23, %r6, 0;
@%p23 bra $L__BB27_34;
setp.eq.s32 %p24, %r6, 1;
cvt.u64.u32 %rd86, %r143;
add.s64 %rd87, %rd10, %rd86;
shl.b64 %rd88, %rd87, 1;
add.s64 %rd11, %rd2, %rd88;
ld.global.u16 %rs26, [%rd11];
cvt.f32.f16 %f250, %rs26;
sub.f32 %f251, %f250, %f587;
mov.f32 %f252, 0f3F000000;
mov.f32 %f253, 0f3BBB989D;
fma.rn.f32 %f254, %f251, %f253, %f252;
mov.f32 %f255, 0f3FB8AA3B;
mov.f32 %f256, 0f437C0000;
cvt.sat.f32.f32 %f257, %f254;
mov.f32 %f258, 0f4B400001;
fma.rm.f32 %f259, %f257, %f256, %f258;
add.f32 %f260, %f259, 0fCB40007F;
neg.f32 %f261, %f260;
fma.rn.f32 %f262, %f251, %f255, %f261;
mov.f32 %f263, 0f32A57060;
fma.rn.f32 %f264, %f251, %f263, %f262;
mov.b32 %r86, %f259;
shl.b32 %r87, %r86, 23;
mov.b32 %f265, %r87;
ex2.approx.ftz.f32 %f266, %f264;
fma.rn.f32 %f594, %f266, %f265, %f594;
@%p24 bra $L__BB27_34;
setp.eq.s32 %p25, %r6, 2;
ld.global.u16 %rs27, [%rd11+2];
cvt.f32.f16 %f267, %rs27;
sub.f32 %f268, %f267, %f587;
fma.rn.f32 %f271, %f268, %f253, %f252;
cvt.sat.f32.f32 %f274, %f271;
fma.rm.f32 %f276, %f274, %f256, %f258;
add.f32 %f277, %f276, 0fCB40007F;
neg.f32 %f278, %f277;
fma.rn.f32 %f279, %f268, %f255, %f278;
fma.rn.f32 %f281, %f268, %f263, %f279;
mov.b32 %r88, %f276;
shl.b32 %r89, %r88, 23;
mov.b32 %f282, %r89;
ex2.approx.ftz.f32 %f283, %f281;
fma.rn.f32 %f594, %f283, %f282, %f594;
@%p25 bra $L__BB27_34;
ld.global.u16 %rs28, [%rd11+4];
cvt.f32.f16 %f284, %rs28;
sub.f32 %f285, %f284, %f587;
mov.f32 %f286, 0f3F000000;
mov.f32 %f287, 0f3BBB989D;
fma.rn.f32 %f288, %f285, %f287, %f286;
mov.f32 %f289, 0f3FB8AA3B;
mov.f32 %f290, 0f437C0000;
cvt.sat.f32.f32 %f291, %f288;
mov.f32 %f292, 0f4B400001;
fma.rm.f32 %f293, %f291, %f290, %f292;
add.f32 %f294, %f293, 0fCB40007F;
neg.f32 %f295, %f294;
fma.rn.f32 %f296, %f285, %f289, %f295;
mov.f32 %f297, 0f32A57060;
fma.rn.f32 %f298, %f285, %f297, %f296;
mov.b32 %r90, %f293;
shl.b32 %r91, %r90, 23;
mov.b32 %f299, %r91;
ex2.approx.ftz.f32 %f300, %f298;
fma.rn.f32 %f594, %f300, %f299, %f594;
$L__BB27_34:
setp.eq.s32 %p26, %r46, 0;
@%p26 bra $L__BB27_78;
setp.eq.s32 %p27, %r48, 0;
cvt.u64.u32 %rd12, %r131;
mul.lo.s64 %rd13, %rd12, %rd4;
@%p27 bra $L__BB27_57;
setp.lt.u32 %p28, %r5, 3;
mov.u32 %r146, 0;
@%p28 bra $L__BB27_47;
mov.u32 %r145, %r9;
$L__BB27_38:
cvt.u64.u32 %rd89, %r146;
mul.lo.s64 %rd90, %rd89, %rd3;
add.s64 %rd14, %rd90, %rd12;
setp.ge.u32 %p29, %r146, %r47;
mov.f32 %f596, 0f00000000;
mov.f32 %f595, %f596;
@%p29 bra $L__BB27_40;
shl.b64 %rd91, %rd14, 1;
add.s64 %rd92, %rd2, %rd91;
ld.global.u16 %rs29, [%rd92];
cvt.f32.f16 %f302, %rs29;
sub.f32 %f303, %f302, %f587;
mov.f32 %f304, 0f3F000000;
mov.f32 %f305, 0f3BBB989D;
fma.rn.f32 %f306, %f303, %f305, %f304;
mov.f32 %f307, 0f3FB8AA3B;
mov.f32 %f308, 0f437C0000;
cvt.sat.f32.f32 %f309, %f306;
mov.f32 %f310, 0f4B400001;
fma.rm.f32 %f311, %f309, %f308, %f310;
add.f32 %f312, %f311, 0fCB40007F;
neg.f32 %f313, %f312;
fma.rn.f32 %f314, %f303, %f307, %f313;
mov.f32 %f315, 0f32A57060;
fma.rn.f32 %f316, %f303, %f315, %f314;
mov.b32 %r94, %f311;
shl.b32 %r95, %r94, 23;
mov.b32 %f317, %r95;
ex2.approx.ftz.f32 %f318, %f316;
mul.f32 %f319, %f318, %f317;
div.rn.f32 %f595, %f319, %f594;
$L__BB27_40:
cvt.rn.f16.f32 %rs30, %f595;
shl.b64 %rd93, %rd14, 1;
add.s64 %rd15, %rd1, %rd93;
st.global.u16 [%rd15], %rs30;
add.s32 %r33, %r146, 1;
setp.ge.u32 %p30, %r33, %r47;
@%p30 bra $L__BB27_42;
cvt.u64.u32 %rd94, %r33;
mul.lo.s64 %rd95, %rd94, %rd3;
add.s64 %rd96, %rd95, %rd12;
shl.b64 %rd97, %rd96, 1;
add.s64 %rd98, %rd2, %rd97;
ld.global.u16 %rs31, [%rd98];
cvt.f32.f16 %f322, %rs31;
sub.f32 %f323, %f322, %f587;
mov.f32 %f324, 0f3F000000;
mov.f32 %f325, 0f3BBB989D;
fma.rn.f32 %f326, %f323, %f325, %f324;
mov.f32 %f327, 0f3FB8AA3B;
mov.f32 %f328, 0f437C0000;
cvt.sat.f32.f32 %f329, %f326;
mov.f32 %f330, 0f4B400001;
fma.rm.f32 %f331, %f329, %f328, %f330;
add.f32 %f332, %f331, 0fCB40007F;
neg.f32 %f333, %f332;
fma.rn.f32 %f334, %f323, %f327, %f333;
mov.f32 %f335, 0f32A57060;
fma.rn.f32 %f336, %f323, %f335, %f334;
mov.b32 %r96, %f331;
shl.b32 %r97, %r96, 23;
mov.b32 %f337, %r97;
ex2.approx.ftz.f32 %f338, %f336;
mul.f32 %f339, %f338, %f337;
div.rn.f32 %f596, %f339, %f594;
$L__BB27_42:
cvt.rn.f16.f32 %rs32, %f596;
add.s64 %rd16, %rd15, %rd5;
st.global.u16 [%rd16], %rs32;
add.s32 %r34, %r146, 2;
setp.ge.u32 %p31, %r34, %r47;
mov.f32 %f598, 0f00000000;
mov.f32 %f597, %f598;
@%p31 bra $L__BB27_44;
cvt.u64.u32 %rd99, %r34;
mul.lo.s64 %rd100, %rd99, %rd3;
add.s64 %rd101, %rd100, %rd12;
shl.b64 %rd102, %rd101, 1;
add.s64 %rd103, %rd2, %rd102;
ld.global.u16 %rs33, [%rd103];
cvt.f32.f16 %f342, %rs33;
sub.f32 %f343, %f342, %f587;
mov.f32 %f344, 0f3F000000;
mov.f32 %f345, 0f3BBB989D;
fma.rn.f32 %f346, %f343, %f345, %f344;
mov.f32 %f347, 0f3FB8AA3B;
mov.f32 %f348, 0f437C0000;
cvt.sat.f32.f32 %f349, %f346;
mov.f32 %f350, 0f4B400001;
fma.rm.f32 %f351, %f349, %f348, %f350;
add.f32 %f352, %f351, 0fCB40007F;
neg.f32 %f353, %f352;
fma.rn.f32 %f354, %f343, %f347, %f353;
mov.f32 %f355, 0f32A57060;
fma.rn.f32 %f356, %f343, %f355, %f354;
mov.b32 %r98, %f351;
shl.b32 %r99, %r98, 23;
mov.b32 %f357, %r99;
ex2.approx.ftz.f32 %f358, %f356;
mul.f32 %f359, %f358, %f357;
div.rn.f32 %f597, %f359, %f594;
$L__BB27_44:
cvt.rn.f16.f32 %rs34, %f597;
add.s64 %rd17, %rd16, %rd5;
st.global.u16 [%rd17], %rs34;
add.s32 %r35, %r146, 3;
setp.ge.u32 %p32, %r35, %r47;
@%p32 bra $L__BB27_46;
cvt.u64.u32 %rd104, %r35;
mul.lo.s64 %rd105, %rd104, %rd3;
add.s64 %rd106, %rd105, %rd12;
shl.b64 %rd107, %rd106, 1;
add.s64 %rd108, %rd2, %rd107;
ld.global.u16 %rs35, [%rd108];
cvt.f32.f16 %f362, %rs35;
sub.f32 %f363, %f362, %f587;
mov.f32 %f364, 0f3F000000;
mov.f32 %f365, 0f3BBB989D;
fma.rn.f32 %f366, %f363, %f365, %f364;
mov.f32 %f367, 0f3FB8AA3B;
mov.f32 %f368, 0f437C0000;
cvt.sat.f32.f32 %f369, %f366;
mov.f32 %f370, 0f4B400001;
fma.rm.f32 %f371, %f369, %f368, %f370;
add.f32 %f372, %f371, 0fCB40007F;
neg.f32 %f373, %f372;
fma.rn.f32 %f374, %f363, %f367, %f373;
mov.f32 %f375, 0f32A57060;
fma.rn.f32 %f376, %f363, %f375, %f374;
mov.b32 %r100, %f371;
shl.b32 %r101, %r100, 23;
mov.b32 %f377, %r101;
ex2.approx.ftz.f32 %f378, %f376;
mul.f32 %f379, %f378, %f377;
div.rn.f32 %f598, %f379, %f594;
$L__BB27_46:
cvt.rn.f16.f32 %rs36, %f598;
add.s64 %rd109, %rd17, %rd5;
st.global.u16 [%rd109], %rs36;
add.s32 %r146, %r146, 4;
add.s32 %r145, %r145, -4;
setp.ne.s32 %p33, %r145, 0;
@%p33 bra $L__BB27_38;
$L__BB27_47:
setp.eq.s32 %p34, %r8, 0;
@%p34 bra $L__BB27_78;
cvt.u64.u32 %rd110, %r146;
mul.lo.s64 %rd111, %rd110, %rd3;
add.s64 %rd18, %rd111, %rd12;
setp.ge.u32 %p35, %r146, %r47;
mov.f32 %f599, 0f00000000;
@%p35 bra $L__BB27_50;
shl.b64 %rd112, %rd18, 1;
add.s64 %rd113, %rd2, %rd112;
ld.global.u16 %rs37, [%rd113];
cvt.f32.f16 %f382, %rs37;
sub.f32 %f383, %f382, %f587;
mov.f32 %f384, 0f3F000000;
mov.f32 %f385, 0f3BBB989D;
fma.rn.f32 %f386, %f383, %f385, %f384;
mov.f32 %f387, 0f3FB8AA3B;
mov.f32 %f388, 0f437C0000;
cvt.sat.f32.f32 %f389, %f386;
mov.f32 %f390, 0f4B400001;
fma.rm.f32 %f391, %f389, %f388, %f390;
add.f32 %f392, %f391, 0fCB40007F;
neg.f32 %f393, %f392;
fma.rn.f32 %f394, %f383, %f387, %f393;
mov.f32 %f395, 0f32A57060;
fma.rn.f32 %f396, %f383, %f395, %f394;
mov.b32 %r102, %f391;
shl.b32 %r103, %r102, 23;
mov.b32 %f397, %r103;
ex2.approx.ftz.f32 %f398, %f396;
mul.f32 %f399, %f398, %f397;
div.rn.f32 %f599, %f399, %f594;
$L__BB27_50:
cvt.rn.f16.f32 %rs38, %f599;
shl.b64 %rd114, %rd18, 1;
add.s64 %rd115, %rd1, %rd114;
st.global.u16 [%rd115], %rs38;
setp.eq.s32 %p36, %r8, 1;
@%p36 bra $L__BB27_78;
add.s32 %r104, %r146, 1;
cvt.u64.u32 %rd116, %r104;
mul.lo.s64 %rd117, %rd116, %rd3;
add.s64 %rd19, %rd117, %rd12;
setp.ge.u32 %p37, %r104, %r47;
mov.f32 %f600, 0f00000000;
@%p37 bra $L__BB27_53;
shl.b64 %rd118, %rd19, 1;
add.s64 %rd119, %rd2, %rd118;
ld.global.u16 %rs39, [%rd119];
cvt.f32.f16 %f402, %rs39;
sub.f32 %f403, %f402, %f587;
mov.f32 %f404, 0f3F000000;
mov.f32 %f405, 0f3BBB989D;
fma.rn.f32 %f406, %f403, %f405, %f404;
mov.f32 %f407, 0f3FB8AA3B;
mov.f32 %f408, 0f437C0000;
cvt.sat.f32.f32 %f409, %f406;
mov.f32 %f410, 0f4B400001;
fma.rm.f32 %f411, %f409, %f408, %f410;
add.f32 %f412, %f411, 0fCB40007F;
neg.f32 %f413, %f412;
fma.rn.f32 %f414, %f403, %f407, %f413;
mov.f32 %f415, 0f32A57060;
fma.rn.f32 %f416, %f403, %f415, %f414;
mov.b32 %r105, %f411;
shl.b32 %r106, %r105, 23;
mov.b32 %f417, %r106;
ex2.approx.ftz.f32 %f418, %f416;
mul.f32 %f419, %f418, %f417;
div.rn.f32 %f600, %f419, %f594;
$L__BB27_53:
cvt.rn.f16.f32 %rs40, %f600;
shl.b64 %rd120, %rd19, 1;
add.s64 %rd121, %rd1, %rd120;
st.global.u16 [%rd121], %rs40;
setp.eq.s32 %p38, %r8, 2;
@%p38 bra $L__BB27_78;
add.s32 %r107, %r146, 2;
cvt.u64.u32 %rd122, %r107;
mul.lo.s64 %rd123, %rd122, %rd3;
add.s64 %rd20, %rd123, %rd12;
setp.ge.u32 %p39, %r107, %r47;
mov.f32 %f601, 0f00000000;
@%p39 bra $L__BB27_56;
shl.b64 %rd124, %rd20, 1;
add.s64 %rd125, %rd2, %rd124;
ld.global.u16 %rs41, [%rd125];
cvt.f32.f16 %f422, %rs41;
sub.f32 %f423, %f422, %f587;
mov.f32 %f424, 0f3F000000;
mov.f32 %f425, 0f3BBB989D;
fma.rn.f32 %f426, %f423, %f425, %f424;
mov.f32 %f427, 0f3FB8AA3B;
mov.f32 %f428, 0f437C0000;
cvt.sat.f32.f32 %f429, %f426;
mov.f32 %f430, 0f4B400001;
fma.rm.f32 %f431, %f429, %f428, %f430;
add.f32 %f432, %f431, 0fCB40007F;
neg.f32 %f433, %f432;
fma.rn.f32 %f434, %f423, %f427, %f433;
mov.f32 %f435, 0f32A57060;
fma.rn.f32 %f436, %f423, %f435, %f434;
mov.b32 %r108, %f431;
shl.b32 %r109, %r108, 23;
mov.b32 %f437, %r109;
ex2.approx.ftz.f32 %f438, %f436;
mul.f32 %f439, %f438, %f437;
div.rn.f32 %f601, %f439, %f594;
$L__BB27_56:
cvt.rn.f16.f32 %rs42, %f601;
shl.b64 %rd126, %rd20, 1;
add.s64 %rd127, %rd1, %rd126;
st.global.u16 [%rd127], %rs42;
bra.uni $L__BB27_78;
$L__BB27_57:
setp.lt.u32 %p40, %r5, 3;
mov.u32 %r149, 0;
@%p40 bra $L__BB27_68;
mov.u32 %r148, %r9;
$L__BB27_59:
cvt.u64.u32 %rd128, %r149;
add.s64 %rd21, %rd13, %rd128;
shl.b64 %rd129, %rd21, 1;
add.s64 %rd22, %rd2, %rd129;
setp.ge.u32 %p41, %r149, %r47;
mov.f32 %f603, 0f00000000;
mov.f32 %f602, %f603;
@%p41 bra $L__BB27_61;
ld.global.u16 %rs43, [%rd22];
cvt.f32.f16 %f442, %rs43;
sub.f32 %f443, %f442, %f587;
mov.f32 %f444, 0f3F000000;
mov.f32 %f445, 0f3BBB989D;
fma.rn.f32 %f446, %f443, %f445, %f444;
mov.f32 %f447, 0f3FB8AA3B;
mov.f32 %f448, 0f437C0000;
cvt.sat.f32.f32 %f449, %f446;
mov.f32 %f450, 0f4B400001;
fma.rm.f32 %f451, %f449, %f448, %f450;
add.f32 %f452, %f451, 0fCB40007F;
neg.f32 %f453, %f452;
fma.rn.f32 %f454, %f443, %f447, %f453;
mov.f32 %f455, 0f32A57060;
fma.rn.f32 %f456, %f443, %f455, %f454;
mov.b32 %r112, %f451;
shl.b32 %r113, %r112, 23;
mov.b32 %f457, %r113;
ex2.approx.ftz.f32 %f458, %f456;
mul.f32 %f459, %f458, %f457;
div.rn.f32 %f602, %f459, %f594;
$L__BB27_61:
cvt.rn.f16.f32 %rs44, %f602;
add.s64 %rd23, %rd1, %rd129;
st.global.u16 [%rd23], %rs44;
add.s32 %r114, %r149, 1;
setp.ge.u32 %p42, %r114, %r47;
@%p42 bra $L__BB27_63;
ld.global.u16 %rs45, [%rd22+2];
cvt.f32.f16 %f462, %rs45;
sub.f32 %f463, %f462, %f587;
mov.f32 %f464, 0f3F000000;
mov.f32 %f465, 0f3BBB989D;
fma.rn.f32 %f466, %f463, %f465, %f464;
mov.f32 %f467, 0f3FB8AA3B;
mov.f32 %f468, 0f437C0000;
cvt.sat.f32.f32 %f469, %f466;
mov.f32 %f470, 0f4B400001;
fma.rm.f32 %f471, %f469, %f468, %f470;
add.f32 %f472, %f471, 0fCB40007F;
neg.f32 %f473, %f472;
fma.rn.f32 %f474, %f463, %f467, %f473;
mov.f32 %f475, 0f32A57060;
fma.rn.f32 %f476, %f463, %f475, %f474;
mov.b32 %r115, %f471;
shl.b32 %r116, %r115, 23;
mov.b32 %f477, %r116;
ex2.approx.ftz.f32 %f478, %f476;
mul.f32 %f479, %f478, %f477;
div.rn.f32 %f603, %f479, %f594;
$L__BB27_63:
cvt.rn.f16.f32 %rs46, %f603;
st.global.u16 [%rd23+2], %rs46;
add.s32 %r117, %r149, 2;
setp.ge.u32 %p43, %r117, %r47;
mov.f32 %f605, 0f00000000;
mov.f32 %f604, %f605;
@%p43 bra $L__BB27_65;
ld.global.u16 %rs47, [%rd22+4];
cvt.f32.f16 %f482, %rs47;
sub.f32 %f483, %f482, %f587;
mov.f32 %f484, 0f3F000000;
mov.f32 %f485, 0f3BBB989D;
fma.rn.f32 %f486, %f483, %f485, %f484;
mov.f32 %f487, 0f3FB8AA3B;
mov.f32 %f488, 0f437C0000;
cvt.sat.f32.f32 %f489, %f486;
mov.f32 %f490, 0f4B400001;
fma.rm.f32 %f491, %f489, %f488, %f490;
add.f32 %f492, %f491, 0fCB40007F;
neg.f32 %f493, %f492;
fma.rn.f32 %f494, %f483, %f487, %f493;
mov.f32 %f495, 0f32A57060;
fma.rn.f32 %f496, %f483, %f495, %f494;
mov.b32 %r118, %f491;
shl.b32 %r119, %r118, 23;
mov.b32 %f497, %r119;
ex2.approx.ftz.f32 %f498, %f496;
mul.f32 %f499, %f498, %f497;
div.rn.f32 %f604, %f499, %f594;
$L__BB27_65:
cvt.rn.f16.f32 %rs48, %f604;
st.global.u16 [%rd23+4], %rs48;
add.s32 %r120, %r149, 3;
setp.ge.u32 %p44, %r120, %r47;
@%p44 bra $L__BB27_67;
ld.global.u16 %rs49, [%rd22+6];
cvt.f32.f16 %f502, %rs49;
sub.f32 %f503, %f502, %f587;
mov.f32 %f504, 0f3F000000;
mov.f32 %f505, 0f3BBB989D;
fma.rn.f32 %f506, %f503, %f505, %f504;
mov.f32 %f507, 0f3FB8AA3B;
mov.f32 %f508, 0f437C0000;
cvt.sat.f32.f32 %f509, %f506;
mov.f32 %f510, 0f4B400001;
fma.rm.f32 %f511, %f509, %f508, %f510;
add.f32 %f512, %f511, 0fCB40007F;
neg.f32 %f513, %f512;
fma.rn.f32 %f514, %f503, %f507, %f513;
mov.f32 %f515, 0f32A57060;
fma.rn.f32 %f516, %f503, %f515, %f514;
mov.b32 %r121, %f511;
shl.b32 %r122, %r121, 23;
mov.b32 %f517, %r122;
ex2.approx.ftz.f32 %f518, %f516;
mul.f32 %f519, %f518, %f517;
div.rn.f32 %f605, %f519, %f594;
$L__BB27_67:
cvt.rn.f16.f32 %rs50, %f605;
st.global.u16 [%rd23+6], %rs50;
add.s32 %r149, %r149, 4;
add.s32 %r148, %r148, -4;
setp.ne.s32 %p45, %r148, 0;
@%p45 bra $L__BB27_59;
$L__BB27_68:
setp.eq.s32 %p46, %r8, 0;
@%p46 bra $L__BB27_78;
cvt.u64.u32 %rd131, %r149;
add.s64 %rd24, %rd13, %rd131;
shl.b64 %rd132, %rd24, 1;
add.s64 %rd25, %rd2, %rd132;
setp.ge.u32 %p47, %r149, %r47;
mov.f32 %f606, 0f00000000;
@%p47 bra $L__BB27_71;
ld.global.u16 %rs51, [%rd25];
cvt.f32.f16 %f522, %rs51;
sub.f32 %f523, %f522, %f587;
mov.f32 %f524, 0f3F000000;
mov.f32 %f525, 0f3BBB989D;
fma.rn.f32 %f526, %f523, %f525, %f524;
mov.f32 %f527, 0f3FB8AA3B;
mov.f32 %f528, 0f437C0000;
cvt.sat.f32.f32 %f529, %f526;
mov.f32 %f530, 0f4B400001;
fma.rm.f32 %f531, %f529, %f528, %f530;
add.f32 %f532, %f531, 0fCB40007F;
neg.f32 %f533, %f532;
fma.rn.f32 %f534, %f523, %f527, %f533;
mov.f32 %f535, 0f32A57060;
fma.rn.f32 %f536, %f523, %f535, %f534;
mov.b32 %r123, %f531;
shl.b32 %r124, %r123, 23;
mov.b32 %f537, %r124;
ex2.approx.ftz.f32 %f538, %f536;
mul.f32 %f539, %f538, %f537;
div.rn.f32 %f606, %f539, %f594;
$L__BB27_71:
cvt.rn.f16.f32 %rs52, %f606;
add.s64 %rd26, %rd1, %rd132;
st.global.u16 [%rd26], %rs52;
setp.eq.s32 %p48, %r8, 1;
@%p48 bra $L__BB27_78;
add.s32 %r125, %r149, 1;
setp.ge.u32 %p49, %r125, %r47;
mov.f32 %f607, 0f00000000;
@%p49 bra $L__BB27_74;
ld.global.u16 %rs53, [%rd25+2];
cvt.f32.f16 %f542, %rs53;
sub.f32 %f543, %f542, %f587;
mov.f32 %f544, 0f3F000000;
mov.f32 %f545, 0f3BBB989D;
fma.rn.f32 %f546, %f543, %f545, %f544;
mov.f32 %f547, 0f3FB8AA3B;
mov.f32 %f548, 0f437C0000;
cvt.sat.f32.f32 %f549, %f546;
mov.f32 %f550, 0f4B400001;
fma.rm.f32 %f551, %f549, %f548, %f550;
add.f32 %f552, %f551, 0fCB40007F;
neg.f32 %f553, %f552;
fma.rn.f32 %f554, %f543, %f547, %f553;
mov.f32 %f555, 0f32A57060;
fma.rn.f32 %f556, %f543, %f555, %f554;
mov.b32 %r126, %f551;
shl.b32 %r127, %r126, 23;
mov.b32 %f557, %r127;
ex2.approx.ftz.f32 %f558, %f556;
mul.f32 %f559, %f558, %f557;
div.rn.f32 %f607, %f559, %f594;
$L__BB27_74:
cvt.rn.f16.f32 %rs54, %f607;
st.global.u16 [%rd26+2], %rs54;
setp.eq.s32 %p50, %r8, 2;
@%p50 bra $L__BB27_78;
add.s32 %r128, %r149, 2;
setp.ge.u32 %p51, %r128, %r47;
mov.f32 %f608, 0f00000000;
@%p51 bra $L__BB27_77;
ld.global.u16 %rs55, [%rd25+4];
cvt.f32.f16 %f562, %rs55;
sub.f32 %f563, %f562, %f587;
mov.f32 %f564, 0f3F000000;
mov.f32 %f565, 0f3BBB989D;
fma.rn.f32 %f566, %f563, %f565, %f564;
mov.f32 %f567, 0f3FB8AA3B;
mov.f32 %f568, 0f437C0000;
cvt.sat.f32.f32 %f569, %f566;
mov.f32 %f570, 0f4B400001;
fma.rm.f32 %f571, %f569, %f568, %f570;
add.f32 %f572, %f571, 0fCB40007F;
neg.f32 %f573, %f572;
fma.rn.f32 %f574, %f563, %f567, %f573;
mov.f32 %f575, 0f32A57060;
fma.rn.f32 %f576, %f563, %f575, %f574;
mov.b32 %r129, %f571;
shl.b32 %r130, %r129, 23;
mov.b32 %f577, %r130;
ex2.approx.ftz.f32 %f578, %f576;
mul.f32 %f579, %f578, %f577;
div.rn.f32 %f608, %f579, %f594;
$L__BB27_77:
cvt.rn.f16.f32 %rs56, %f608;
st.global.u16 [%rd26+4], %rs56;
$L__BB27_78:
add.s32 %r131, %r131, %r3;
setp.lt.u32 %p52, %r131, %r45;
@%p52 bra $L__BB27_2;
$L__BB27_79:
ret;
}
.visible .entry labels_f16(
.param .u64 labels_f16_param_0,
.param .u64 labels_f16_param_1,
.param .u64 labels_f16_param_2,
.param .u32 labels_f16_param_3,
.param .u32 labels_f16_param_4,
.param .u32 labels_f16_param_5,
.param .u32 labels_f16_param_6
)
{
.reg .pred %p<78>;
.reg .b16 %rs<18>;
.reg .f32 %f<38>;
.reg .b32 %r<121>;
.reg .b64 %rd<69>;
ld.param.u64 %rd10, [labels_f16_param_0];
ld.param.u64 %rd11, [labels_f16_param_1];
ld.param.u64 %rd12, [labels_f16_param_2];
ld.param.u32 %r36, [labels_f16_param_3];
ld.param.u32 %r37, [labels_f16_param_4];
ld.param.u32 %r38, [labels_f16_param_5];
ld.param.u32 %r39, [labels_f16_param_6];
cvta.to.global.u64 %rd1, %rd12;
cvta.to.global.u64 %rd2, %rd11;
cvta.to.global.u64 %rd3, %rd10;
mov.u32 %r1, %ntid.x;
mov.u32 %r40, %ctaid.x;
mov.u32 %r41, %tid.x;
mad.lo.s32 %r106, %r40, %r1, %r41;
setp.ge.u32 %p17, %r106, %r36;
@%p17 bra $L__BB28_25;
setp.eq.s32 %p18, %r39, 0;
selp.b32 %r42, %r37, 1, %p18;
cvt.u64.u32 %rd4, %r42;
cvt.u64.u32 %rd5, %r36;
mov.u32 %r43, %nctaid.x;
mul.lo.s32 %r3, %r43, %r1;
setp.gt.u32 %p19, %r38, 1;
@%p19 bra $L__BB28_6;
bra.uni $L__BB28_3;
$L__BB28_6:
add.s32 %r47, %r38, -1;
add.s32 %r6, %r38, -2;
and.b32 %r7, %r47, 3;
sub.s32 %r8, %r47, %r7;
shl.b64 %rd6, %rd5, 1;
cvt.u64.u32 %rd7, %r37;
$L__BB28_7:
cvt.u64.u32 %rd8, %r106;
mul.lo.s64 %rd18, %rd4, %rd8;
shl.b64 %rd19, %rd18, 1;
add.s64 %rd20, %rd3, %rd19;
ld.global.u16 %rs3, [%rd20];
cvt.f32.f16 %f37, %rs3;
mov.b32 %r48, %f37;
and.b32 %r49, %r48, 2139095040;
setp.eq.s32 %p77, %r49, 2139095040;
mul.lo.s64 %rd9, %rd8, %rd7;
@%p18 bra $L__BB28_15;
setp.lt.u32 %p24, %r6, 3;
mov.u32 %r120, 0;
mov.u32 %r112, 1;
@%p24 bra $L__BB28_11;
mov.u32 %r110, %r8;
$L__BB28_10:
cvt.u64.u32 %rd21, %r112;
mul.lo.s64 %rd22, %rd21, %rd5;
add.s64 %rd23, %rd22, %rd8;
shl.b64 %rd24, %rd23, 1;
add.s64 %rd25, %rd3, %rd24;
ld.global.u16 %rs4, [%rd25];
cvt.f32.f16 %f14, %rs4;
mov.b32 %r55, %f14;
and.b32 %r56, %r55, 2139095040;
setp.eq.s32 %p25, %r56, 2139095040;
setp.gt.f32 %p26, %f14, %f37;
selp.f32 %f18, %f14, %f37, %p26;
selp.b32 %r57, %r112, %r120, %p26;
or.pred %p27, %p77, %p25;
add.s64 %rd26, %rd25, %rd6;
ld.global.u16 %rs5, [%rd26];
cvt.f32.f16 %f15, %rs5;
mov.b32 %r58, %f15;
and.b32 %r59, %r58, 2139095040;
setp.eq.s32 %p28, %r59, 2139095040;
setp.gt.f32 %p29, %f15, %f18;
selp.f32 %f19, %f15, %f18, %p29;
add.s32 %r60, %r112, 1;
selp.b32 %r61, %r60, %r57, %p29;
or.pred %p30, %p27, %p28;
add.s64 %rd27, %rd26, %rd6;
ld.global.u16 %rs6, [%rd27];
cvt.f32.f16 %f16, %rs6;
mov.b32 %r62, %f16;
and.b32 %r63, %r62, 2139095040;
setp.eq.s32 %p31, %r63, 2139095040;
setp.gt.f32 %p32, %f16, %f19;
selp.f32 %f20, %f16, %f19, %p32;
add.s32 %r64, %r112, 2;
selp.b32 %r65, %r64, %r61, %p32;
or.pred %p33, %p30, %p31;
add.s32 %r66, %r112, 3;
cvt.u64.u32 %rd28, %r66;
mul.lo.s64 %rd29, %rd28, %rd5;
add.s64 %rd30, %rd29, %rd8;
shl.b64 %rd31, %rd30, 1;
add.s64 %rd32, %rd3, %rd31;
ld.global.u16 %rs7, [%rd32];
cvt.f32.f16 %f17, %rs7;
mov.b32 %r67, %f17;
and.b32 %r68, %r67, 2139095040;
setp.eq.s32 %p34, %r68, 2139095040;
setp.gt.f32 %p35, %f17, %f20;
selp.f32 %f37, %f17, %f20, %p35;
selp.b32 %r120, %r66, %r65, %p35;
add.s32 %r112, %r112, 4;
or.pred %p77, %p33, %p34;
add.s32 %r110, %r110, -4;
setp.ne.s32 %p36, %r110, 0;
@%p36 bra $L__BB28_10;
$L__BB28_11:
setp.eq.s32 %p37, %r7, 0;
@%p37 bra $L__BB28_22;
setp.eq.s32 %p38, %r7, 1;
cvt.u64.u32 %rd33, %r112;
mul.lo.s64 %rd34, %rd33, %rd5;
add.s64 %rd35, %rd34, %rd8;
shl.b64 %rd36, %rd35, 1;
add.s64 %rd37, %rd3, %rd36;
ld.global.u16 %rs8, [%rd37];
cvt.f32.f16 %f21, %rs8;
mov.b32 %r69, %f21;
and.b32 %r70, %r69, 2139095040;
setp.eq.s32 %p39, %r70, 2139095040;
setp.gt.f32 %p40, %f21, %f37;
selp.f32 %f5, %f21, %f37, %p40;
selp.b32 %r120, %r112, %r120, %p40;
or.pred %p77, %p77, %p39;
@%p38 bra $L__BB28_22;
add.s32 %r71, %r112, 1;
setp.eq.s32 %p41, %r7, 2;
cvt.u64.u32 %rd38, %r71;
mul.lo.s64 %rd39, %rd38, %rd5;
add.s64 %rd40, %rd39, %rd8;
shl.b64 %rd41, %rd40, 1;
add.s64 %rd42, %rd3, %rd41;
ld.global.u16 %rs9, [%rd42];
cvt.f32.f16 %f22, %rs9;
mov.b32 %r72, %f22;
and.b32 %r73, %r72, 2139095040;
setp.eq.s32 %p42, %r73, 2139095040;
setp.gt.f32 %p43, %f22, %f5;
selp.f32 %f6, %f22, %f5, %p43;
selp.b32 %r120, %r71, %r120, %p43;
or.pred %p77, %p77, %p42;
@%p41 bra $L__BB28_22;
add.s32 %r74, %r112, 2;
cvt.u64.u32 %rd43, %r74;
mul.lo.s64 %rd44, %rd43, %rd5;
add.s64 %rd45, %rd44, %rd8;
shl.b64 %rd46, %rd45, 1;
add.s64 %rd47, %rd3, %rd46;
ld.global.u16 %rs10, [%rd47];
cvt.f32.f16 %f23, %rs10;
mov.b32 %r75, %f23;
and.b32 %r76, %r75, 2139095040;
setp.eq.s32 %p44, %r76, 2139095040;
setp.gt.f32 %p45, %f23, %f6;
selp.b32 %r120, %r74, %r120, %p45;
or.pred %p77, %p77, %p44;
bra.uni $L__BB28_22;
$L__BB28_15:
setp.lt.u32 %p47, %r6, 3;
mov.u32 %r120, 0;
mov.u32 %r118, 1;
@%p47 bra $L__BB28_18;
mov.u32 %r116, %r8;
$L__BB28_17:
cvt.u64.u32 %rd48, %r118;
add.s64 %rd49, %rd9, %rd48;
shl.b64 %rd50, %rd49, 1;
add.s64 %rd51, %rd3, %rd50;
ld.global.u16 %rs11, [%rd51];
cvt.f32.f16 %f24, %rs11;
mov.b32 %r82, %f24;
and.b32 %r83, %r82, 2139095040;
setp.eq.s32 %p48, %r83, 2139095040;
setp.gt.f32 %p49, %f24, %f37;
selp.f32 %f28, %f24, %f37, %p49;
selp.b32 %r84, %r118, %r120, %p49;
or.pred %p50, %p77, %p48;
ld.global.u16 %rs12, [%rd51+2];
cvt.f32.f16 %f25, %rs12;
mov.b32 %r85, %f25;
and.b32 %r86, %r85, 2139095040;
setp.eq.s32 %p51, %r86, 2139095040;
setp.gt.f32 %p52, %f25, %f28;
selp.f32 %f29, %f25, %f28, %p52;
add.s32 %r87, %r118, 1;
selp.b32 %r88, %r87, %r84, %p52;
or.pred %p53, %p50, %p51;
ld.global.u16 %rs13, [%rd51+4];
cvt.f32.f16 %f26, %rs13;
mov.b32 %r89, %f26;
and.b32 %r90, %r89, 2139095040;
setp.eq.s32 %p54, %r90, 2139095040;
setp.gt.f32 %p55, %f26, %f29;
selp.f32 %f30, %f26, %f29, %p55;
add.s32 %r91, %r118, 2;
selp.b32 %r92, %r91, %r88, %p55;
or.pred %p56, %p53, %p54;
add.s32 %r93, %r118, 3;
cvt.u64.u32 %rd52, %r93;
add.s64 %rd53, %rd9, %rd52;
shl.b64 %rd54, %rd53, 1;
add.s64 %rd55, %rd3, %rd54;
ld.global.u16 %rs14, [%rd55];
cvt.f32.f16 %f27, %rs14;
mov.b32 %r94, %f27;
and.b32 %r95, %r94, 2139095040;
setp.eq.s32 %p57, %r95, 2139095040;
setp.gt.f32 %p58, %f27, %f30;
selp.f32 %f37, %f27, %f30, %p58;
selp.b32 %r120, %r93, %r92, %p58;
add.s32 %r118, %r118, 4;
or.pred %p77, %p56, %p57;
add.s32 %r116, %r116, -4;
setp.ne.s32 %p59, %r116, 0;
@%p59 bra $L__BB28_17;
$L__BB28_18:
setp.eq.s32 %p60, %r7, 0;
@%p60 bra $L__BB28_22;
setp.eq.s32 %p61, %r7, 1;
cvt.u64.u32 %rd56, %r118;
add.s64 %rd57, %rd9, %rd56;
shl.b64 %rd58, %rd57, 1;
add.s64 %rd59, %rd3, %rd58;
ld.global.u16 %rs15, [%rd59];
cvt.f32.f16 %f31, %rs15;
mov.b32 %r96, %f31;
and.b32 %r97, %r96, 2139095040;
setp.eq.s32 %p62, %r97, 2139095040;
setp.gt.f32 %p63, %f31, %f37;
selp.f32 %f10, %f31, %f37, %p63;
selp.b32 %r120, %r118, %r120, %p63;
or.pred %p77, %p77, %p62;
@%p61 bra $L__BB28_22;
add.s32 %r98, %r118, 1;
setp.eq.s32 %p64, %r7, 2;
cvt.u64.u32 %rd60, %r98;
add.s64 %rd61, %rd9, %rd60;
shl.b64 %rd62, %rd61, 1;
add.s64 %rd63, %rd3, %rd62;
ld.global.u16 %rs16, [%rd63];
cvt.f32.f16 %f32, %rs16;
mov.b32 %r99, %f32;
and.b32 %r100, %r99, 2139095040;
setp.eq.s32 %p65, %r100, 2139095040;
setp.gt.f32 %p66, %f32, %f10;
selp.f32 %f11, %f32, %f10, %p66;
selp.b32 %r120, %r98, %r120, %p66;
or.pred %p77, %p77, %p65;
@%p64 bra $L__BB28_22;
add.s32 %r101, %r118, 2;
cvt.u64.u32 %rd64, %r101;
add.s64 %rd65, %rd9, %rd64;
shl.b64 %rd66, %rd65, 1;
add.s64 %rd67, %rd3, %rd66;
ld.global.u16 %rs17, [%rd67];
cvt.f32.f16 %f33, %rs17;
mov.b32 %r102, %f33;
and.b32 %r103, %r102, 2139095040;
setp.eq.s32 %p67, %r103, 2139095040;
setp.gt.f32 %p68, %f33, %f11;
selp.b32 %r120, %r101, %r120, %p68;
or.pred %p77, %p77, %p67;
$L__BB28_22:
add.s64 %rd68, %rd2, %rd8;
st.global.u8 [%rd68], %r120;
not.pred %p69, %p77;
@%p69 bra $L__BB28_24;
mov.u32 %r104, 1;
st.global.u32 [%rd1], %r104;
$L__BB28_24:
cvt.u32.u64 %r105, %rd8;
add.s32 %r106, %r105, %r3;
setp.lt.u32 %p70, %r106, %r36;
@%p70 bra $L__BB28_7;
bra.uni $L__BB28_25;
$L__BB28_3:
cvt.u64.u32 %rd13, %r106;
mul.lo.s64 %rd14, %rd4, %rd13;
shl.b64 %rd15, %rd14, 1;
add.s64 %rd16, %rd3, %rd15;
ld.global.u16 %rs1, [%rd16];
cvt.f32.f16 %f12, %rs1;
mov.b32 %r44, %f12;
and.b32 %r45, %r44, 2139095040;
setp.ne.s32 %p20, %r45, 2139095040;
add.s64 %rd17, %rd2, %rd13;
mov.u16 %rs2, 0;
st.global.u8 [%rd17], %rs2;
@%p20 bra $L__BB28_5;
mov.u32 %r46, 1;
st.global.u32 [%rd1], %r46;
$L__BB28_5:
add.s32 %r106, %r106, %r3;
setp.lt.u32 %p21, %r106, %r36;
@%p21 bra $L__BB28_3;
$L__BB28_25:
ret;
}
.visible .entry scores_f16(
.param .u64 scores_f16_param_0,
.param .u64 scores_f16_param_1,
.param .u64 scores_f16_param_2,
.param .u32 scores_f16_param_3,
.param .u32 scores_f16_param_4,
.param .u32 scores_f16_param_5,
.param .u32 scores_f16_param_6
)
{
.reg .pred %p<31>;
.reg .b16 %rs<15>;
.reg .f32 %f<15>;
.reg .b32 %r<92>;
.reg .b64 %rd<64>;
ld.param.u64 %rd23, [scores_f16_param_0];
ld.param.u64 %rd22, [scores_f16_param_1];
ld.param.u64 %rd24, [scores_f16_param_2];
ld.param.u32 %r23, [scores_f16_param_3];
ld.param.u32 %r24, [scores_f16_param_4];
ld.param.u32 %r25, [scores_f16_param_5];
ld.param.u32 %r26, [scores_f16_param_6];
cvta.to.global.u64 %rd1, %rd24;
cvta.to.global.u64 %rd2, %rd23;
mov.u32 %r1, %ntid.x;
mov.u32 %r27, %ctaid.x;
mov.u32 %r28, %tid.x;
mad.lo.s32 %r83, %r27, %r1, %r28;
setp.ge.u32 %p1, %r83, %r23;
@%p1 bra $L__BB29_49;
setp.eq.s32 %p2, %r25, 0;
mov.u32 %r29, %nctaid.x;
mul.lo.s32 %r3, %r29, %r1;
cvt.u64.u32 %rd3, %r23;
@%p2 bra $L__BB29_48;
setp.eq.s32 %p3, %r26, 0;
and.b32 %r4, %r25, 3;
@%p3 bra $L__BB29_25;
shl.b64 %rd4, %rd3, 1;
add.s32 %r31, %r25, -1;
$L__BB29_4:
setp.lt.u32 %p4, %r31, 3;
cvt.u64.u32 %rd5, %r83;
mul.wide.u32 %rd6, %r83, %r25;
mov.u32 %r86, 0;
@%p4 bra $L__BB29_15;
sub.s32 %r85, %r25, %r4;
$L__BB29_6:
cvt.u64.u32 %rd25, %r86;
mul.lo.s64 %rd26, %rd25, %rd3;
add.s64 %rd27, %rd26, %rd5;
shl.b64 %rd28, %rd27, 1;
add.s64 %rd7, %rd2, %rd28;
ld.global.u16 %rs1, [%rd7];
cvt.f32.f16 %f1, %rs1;
add.s64 %rd29, %rd6, %rd25;
cvta.to.global.u64 %rd30, %rd22;
shl.b64 %rd31, %rd29, 2;
add.s64 %rd8, %rd30, %rd31;
st.global.f32 [%rd8], %f1;
mov.b32 %r34, %f1;
and.b32 %r35, %r34, 2139095040;
setp.ne.s32 %p5, %r35, 2139095040;
@%p5 bra $L__BB29_8;
mov.u32 %r36, 1;
st.global.u32 [%rd1], %r36;
$L__BB29_8:
add.s64 %rd9, %rd7, %rd4;
ld.global.u16 %rs2, [%rd9];
cvt.f32.f16 %f2, %rs2;
st.global.f32 [%rd8+4], %f2;
mov.b32 %r37, %f2;
and.b32 %r38, %r37, 2139095040;
setp.ne.s32 %p6, %r38, 2139095040;
@%p6 bra $L__BB29_10;
mov.u32 %r39, 1;
st.global.u32 [%rd1], %r39;
$L__BB29_10:
add.s64 %rd11, %rd9, %rd4;
ld.global.u16 %rs3, [%rd11];
cvt.f32.f16 %f3, %rs3;
st.global.f32 [%rd8+8], %f3;
mov.b32 %r40, %f3;
and.b32 %r41, %r40, 2139095040;
setp.ne.s32 %p7, %r41, 2139095040;
@%p7 bra $L__BB29_12;
mov.u32 %r42, 1;
st.global.u32 [%rd1], %r42;
$L__BB29_12:
add.s64 %rd32, %rd11, %rd4;
ld.global.u16 %rs4, [%rd32];
cvt.f32.f16 %f4, %rs4;
st.global.f32 [%rd8+12], %f4;
mov.b32 %r43, %f4;
and.b32 %r44, %r43, 2139095040;
setp.ne.s32 %p8, %r44, 2139095040;
@%p8 bra $L__BB29_14;
mov.u32 %r45, 1;
st.global.u32 [%rd1], %r45;
$L__BB29_14:
add.s32 %r86, %r86, 4;
add.s32 %r85, %r85, -4;
setp.ne.s32 %p9, %r85, 0;
@%p9 bra $L__BB29_6;
$L__BB29_15:
setp.eq.s32 %p10, %r4, 0;
@%p10 bra $L__BB29_24;
cvt.u64.u32 %rd33, %r86;
mul.lo.s64 %rd34, %rd33, %rd3;
add.s64 %rd35, %rd34, %rd5;
shl.b64 %rd36, %rd35, 1;
add.s64 %rd37, %rd2, %rd36;
ld.global.u16 %rs5, [%rd37];
cvt.f32.f16 %f5, %rs5;
add.s64 %rd38, %rd6, %rd33;
cvta.to.global.u64 %rd39, %rd22;
shl.b64 %rd40, %rd38, 2;
add.s64 %rd12, %rd39, %rd40;
st.global.f32 [%rd12], %f5;
mov.b32 %r46, %f5;
and.b32 %r47, %r46, 2139095040;
setp.ne.s32 %p11, %r47, 2139095040;
@%p11 bra $L__BB29_18;
mov.u32 %r48, 1;
st.global.u32 [%rd1], %r48;
$L__BB29_18:
setp.eq.s32 %p12, %r4, 1;
@%p12 bra $L__BB29_24;
add.s32 %r49, %r86, 1;
cvt.u64.u32 %rd41, %r49;
mul.lo.s64 %rd42, %rd41, %rd3;
add.s64 %rd43, %rd42, %rd5;
shl.b64 %rd44, %rd43, 1;
add.s64 %rd45, %rd2, %rd44;
ld.global.u16 %rs6, [%rd45];
cvt.f32.f16 %f6, %rs6;
st.global.f32 [%rd12+4], %f6;
mov.b32 %r50, %f6;
and.b32 %r51, %r50, 2139095040;
setp.ne.s32 %p13, %r51, 2139095040;
@%p13 bra $L__BB29_21;
mov.u32 %r52, 1;
st.global.u32 [%rd1], %r52;
$L__BB29_21:
setp.eq.s32 %p14, %r4, 2;
@%p14 bra $L__BB29_24;
add.s32 %r53, %r86, 2;
cvt.u64.u32 %rd46, %r53;
mul.lo.s64 %rd47, %rd46, %rd3;
add.s64 %rd48, %rd47, %rd5;
shl.b64 %rd49, %rd48, 1;
add.s64 %rd50, %rd2, %rd49;
ld.global.u16 %rs7, [%rd50];
cvt.f32.f16 %f7, %rs7;
st.global.f32 [%rd12+8], %f7;
mov.b32 %r54, %f7;
and.b32 %r55, %r54, 2139095040;
setp.ne.s32 %p15, %r55, 2139095040;
@%p15 bra $L__BB29_24;
mov.u32 %r56, 1;
st.global.u32 [%rd1], %r56;
$L__BB29_24:
cvt.u32.u64 %r57, %rd5;
add.s32 %r83, %r57, %r3;
setp.lt.u32 %p16, %r83, %r23;
@%p16 bra $L__BB29_4;
bra.uni $L__BB29_49;
$L__BB29_48:
add.s32 %r83, %r83, %r3;
setp.lt.u32 %p30, %r83, %r23;
@%p30 bra $L__BB29_48;
bra.uni $L__BB29_49;
$L__BB29_25:
cvt.u64.u32 %rd13, %r24;
add.s32 %r59, %r25, -1;
cvta.to.global.u64 %rd62, %rd22;
$L__BB29_26:
setp.lt.u32 %p17, %r59, 3;
cvt.u64.u32 %rd51, %r83;
mul.lo.s64 %rd14, %rd51, %rd13;
mul.wide.u32 %rd15, %r83, %r25;
mov.u32 %r90, 0;
@%p17 bra $L__BB29_37;
sub.s32 %r89, %r25, %r4;
$L__BB29_28:
cvt.u64.u32 %rd52, %r90;
add.s64 %rd53, %rd14, %rd52;
shl.b64 %rd54, %rd53, 1;
add.s64 %rd16, %rd2, %rd54;
ld.global.u16 %rs8, [%rd16];
cvt.f32.f16 %f8, %rs8;
add.s64 %rd55, %rd15, %rd52;
shl.b64 %rd57, %rd55, 2;
add.s64 %rd17, %rd62, %rd57;
st.global.f32 [%rd17], %f8;
mov.b32 %r62, %f8;
and.b32 %r63, %r62, 2139095040;
setp.ne.s32 %p18, %r63, 2139095040;
@%p18 bra $L__BB29_30;
mov.u32 %r64, 1;
st.global.u32 [%rd1], %r64;
$L__BB29_30:
ld.global.u16 %rs9, [%rd16+2];
cvt.f32.f16 %f9, %rs9;
st.global.f32 [%rd17+4], %f9;
mov.b32 %r65, %f9;
and.b32 %r66, %r65, 2139095040;
setp.ne.s32 %p19, %r66, 2139095040;
@%p19 bra $L__BB29_32;
mov.u32 %r67, 1;
st.global.u32 [%rd1], %r67;
$L__BB29_32:
ld.global.u16 %rs10, [%rd16+4];
cvt.f32.f16 %f10, %rs10;
st.global.f32 [%rd17+8], %f10;
mov.b32 %r68, %f10;
and.b32 %r69, %r68, 2139095040;
setp.ne.s32 %p20, %r69, 2139095040;
@%p20 bra $L__BB29_34;
mov.u32 %r70, 1;
st.global.u32 [%rd1], %r70;
$L__BB29_34:
ld.global.u16 %rs11, [%rd16+6];
cvt.f32.f16 %f11, %rs11;
st.global.f32 [%rd17+12], %f11;
mov.b32 %r71, %f11;
and.b32 %r72, %r71, 2139095040;
setp.ne.s32 %p21, %r72, 2139095040;
@%p21 bra $L__BB29_36;
mov.u32 %r73, 1;
st.global.u32 [%rd1], %r73;
$L__BB29_36:
add.s32 %r90, %r90, 4;
add.s32 %r89, %r89, -4;
setp.ne.s32 %p22, %r89, 0;
@%p22 bra $L__BB29_28;
$L__BB29_37:
setp.eq.s32 %p23, %r4, 0;
@%p23 bra $L__BB29_46;
cvt.u64.u32 %rd58, %r90;
add.s64 %rd59, %rd14, %rd58;
shl.b64 %rd60, %rd59, 1;
add.s64 %rd20, %rd2, %rd60;
ld.global.u16 %rs12, [%rd20];
cvt.f32.f16 %f12, %rs12;
add.s64 %rd61, %rd15, %rd58;
shl.b64 %rd63, %rd61, 2;
add.s64 %rd21, %rd62, %rd63;
st.global.f32 [%rd21], %f12;
mov.b32 %r74, %f12;
and.b32 %r75, %r74, 2139095040;
setp.ne.s32 %p24, %r75, 2139095040;
@%p24 bra $L__BB29_40;
mov.u32 %r76, 1;
st.global.u32 [%rd1], %r76;
$L__BB29_40:
setp.eq.s32 %p25, %r4, 1;
@%p25 bra $L__BB29_46;
ld.global.u16 %rs13, [%rd20+2];
cvt.f32.f16 %f13, %rs13;
st.global.f32 [%rd21+4], %f13;
mov.b32 %r77, %f13;
and.b32 %r78, %r77, 2139095040;
setp.ne.s32 %p26, %r78, 2139095040;
@%p26 bra $L__BB29_43;
mov.u32 %r79, 1;
st.global.u32 [%rd1], %r79;
$L__BB29_43:
setp.eq.s32 %p27, %r4, 2;
@%p27 bra $L__BB29_46;
ld.global.u16 %rs14, [%rd20+4];
cvt.f32.f16 %f14, %rs14;
st.global.f32 [%rd21+8], %f14;
mov.b32 %r80, %f14;
and.b32 %r81, %r80, 2139095040;
setp.ne.s32 %p28, %r81, 2139095040;
@%p28 bra $L__BB29_46;
mov.u32 %r82, 1;
st.global.u32 [%rd1], %r82;
$L__BB29_46:
add.s32 %r83, %r83, %r3;
setp.lt.u32 %p29, %r83, %r23;
@%p29 bra $L__BB29_26;
$L__BB29_49:
ret;
}
.visible .entry head_labels_f16(
.param .u64 head_labels_f16_param_0,
.param .u64 head_labels_f16_param_1,
.param .u64 head_labels_f16_param_2,
.param .u64 head_labels_f16_param_3,
.param .u64 head_labels_f16_param_4,
.param .u32 head_labels_f16_param_5,
.param .u32 head_labels_f16_param_6,
.param .u32 head_labels_f16_param_7,
.param .u32 head_labels_f16_param_8,
.param .u32 head_labels_f16_param_9
)
{
.reg .pred %p<65>;
.reg .b16 %rs<47>;
.reg .f32 %f<139>;
.reg .b32 %r<153>;
.reg .b64 %rd<128>;
ld.param.u64 %rd18, [head_labels_f16_param_0];
ld.param.u64 %rd19, [head_labels_f16_param_1];
ld.param.u64 %rd20, [head_labels_f16_param_2];
ld.param.u64 %rd16, [head_labels_f16_param_3];
ld.param.u64 %rd17, [head_labels_f16_param_4];
ld.param.u32 %r54, [head_labels_f16_param_5];
ld.param.u32 %r55, [head_labels_f16_param_6];
ld.param.u32 %r56, [head_labels_f16_param_7];
ld.param.u32 %r57, [head_labels_f16_param_8];
ld.param.u32 %r58, [head_labels_f16_param_9];
cvta.to.global.u64 %rd1, %rd19;
cvta.to.global.u64 %rd2, %rd18;
cvta.to.global.u64 %rd3, %rd20;
mov.u32 %r1, %ntid.x;
mov.u32 %r59, %ctaid.x;
mov.u32 %r60, %tid.x;
mad.lo.s32 %r130, %r59, %r1, %r60;
setp.ge.u32 %p5, %r130, %r54;
@%p5 bra $L__BB30_48;
cvt.u64.u32 %rd4, %r54;
cvt.u64.u32 %rd5, %r55;
mov.u32 %r61, %nctaid.x;
mul.lo.s32 %r3, %r61, %r1;
add.s32 %r4, %r56, -1;
add.s32 %r62, %r57, -1;
and.b32 %r6, %r62, 3;
and.b32 %r7, %r56, 3;
sub.s32 %r8, %r56, %r7;
sub.s32 %r9, %r62, %r6;
mul.wide.u32 %rd6, %r54, 2;
cvta.to.global.u64 %rd7, %rd16;
cvta.to.global.u64 %rd8, %rd17;
$L__BB30_2:
ld.global.f32 %f128, [%rd3];
cvt.u64.u32 %rd9, %r130;
setp.eq.s32 %p6, %r56, 0;
@%p6 bra $L__BB30_18;
setp.eq.s32 %p7, %r58, 0;
mul.lo.s64 %rd10, %rd9, %rd5;
@%p7 bra $L__BB30_11;
setp.lt.u32 %p8, %r4, 3;
mov.u32 %r133, 0;
@%p8 bra $L__BB30_7;
mov.u32 %r132, %r8;
$L__BB30_6:
cvt.u64.u32 %rd21, %r133;
mul.lo.s64 %rd22, %rd21, %rd4;
add.s64 %rd23, %rd22, %rd9;
shl.b64 %rd24, %rd23, 1;
add.s64 %rd25, %rd2, %rd24;
ld.global.u16 %rs10, [%rd25];
cvt.f32.f16 %f41, %rs10;
mul.wide.u32 %rd26, %r133, 4;
add.s64 %rd27, %rd1, %rd26;
ld.global.f32 %f45, [%rd27];
fma.rn.f32 %f46, %f41, %f45, %f128;
add.s64 %rd28, %rd25, %rd6;
ld.global.u16 %rs11, [%rd28];
cvt.f32.f16 %f42, %rs11;
ld.global.f32 %f47, [%rd27+4];
fma.rn.f32 %f48, %f42, %f47, %f46;
add.s64 %rd29, %rd28, %rd6;
ld.global.u16 %rs12, [%rd29];
cvt.f32.f16 %f43, %rs12;
ld.global.f32 %f49, [%rd27+8];
fma.rn.f32 %f50, %f43, %f49, %f48;
add.s64 %rd30, %rd29, %rd6;
ld.global.u16 %rs13, [%rd30];
cvt.f32.f16 %f44, %rs13;
ld.global.f32 %f51, [%rd27+12];
fma.rn.f32 %f128, %f44, %f51, %f50;
add.s32 %r133, %r133, 4;
add.s32 %r132, %r132, -4;
setp.ne.s32 %p9, %r132, 0;
@%p9 bra $L__BB30_6;
$L__BB30_7:
setp.eq.s32 %p10, %r7, 0;
@%p10 bra $L__BB30_18;
setp.eq.s32 %p11, %r7, 1;
cvt.u64.u32 %rd31, %r133;
mul.lo.s64 %rd32, %rd31, %rd4;
add.s64 %rd33, %rd32, %rd9;
shl.b64 %rd34, %rd33, 1;
add.s64 %rd35, %rd2, %rd34;
ld.global.u16 %rs14, [%rd35];
cvt.f32.f16 %f52, %rs14;
mul.wide.u32 %rd36, %r133, 4;
add.s64 %rd11, %rd1, %rd36;
ld.global.f32 %f53, [%rd11];
fma.rn.f32 %f128, %f52, %f53, %f128;
@%p11 bra $L__BB30_18;
setp.eq.s32 %p12, %r7, 2;
add.s32 %r65, %r133, 1;
cvt.u64.u32 %rd37, %r65;
mul.lo.s64 %rd38, %rd37, %rd4;
add.s64 %rd39, %rd38, %rd9;
shl.b64 %rd40, %rd39, 1;
add.s64 %rd41, %rd2, %rd40;
ld.global.u16 %rs15, [%rd41];
cvt.f32.f16 %f54, %rs15;
ld.global.f32 %f55, [%rd11+4];
fma.rn.f32 %f128, %f54, %f55, %f128;
@%p12 bra $L__BB30_18;
add.s32 %r66, %r133, 2;
cvt.u64.u32 %rd42, %r66;
mul.lo.s64 %rd43, %rd42, %rd4;
add.s64 %rd44, %rd43, %rd9;
shl.b64 %rd45, %rd44, 1;
add.s64 %rd46, %rd2, %rd45;
ld.global.u16 %rs16, [%rd46];
cvt.f32.f16 %f56, %rs16;
ld.global.f32 %f57, [%rd11+8];
fma.rn.f32 %f128, %f56, %f57, %f128;
bra.uni $L__BB30_18;
$L__BB30_11:
setp.lt.u32 %p13, %r4, 3;
mov.u32 %r136, 0;
@%p13 bra $L__BB30_14;
mov.u32 %r135, %r8;
$L__BB30_13:
cvt.u64.u32 %rd47, %r136;
add.s64 %rd48, %rd10, %rd47;
shl.b64 %rd49, %rd48, 1;
add.s64 %rd50, %rd2, %rd49;
ld.global.u16 %rs17, [%rd50];
cvt.f32.f16 %f59, %rs17;
mul.wide.u32 %rd51, %r136, 4;
add.s64 %rd52, %rd1, %rd51;
ld.global.f32 %f63, [%rd52];
fma.rn.f32 %f64, %f59, %f63, %f128;
ld.global.u16 %rs18, [%rd50+2];
cvt.f32.f16 %f60, %rs18;
ld.global.f32 %f65, [%rd52+4];
fma.rn.f32 %f66, %f60, %f65, %f64;
ld.global.u16 %rs19, [%rd50+4];
cvt.f32.f16 %f61, %rs19;
ld.global.f32 %f67, [%rd52+8];
fma.rn.f32 %f68, %f61, %f67, %f66;
ld.global.u16 %rs20, [%rd50+6];
cvt.f32.f16 %f62, %rs20;
ld.global.f32 %f69, [%rd52+12];
fma.rn.f32 %f128, %f62, %f69, %f68;
add.s32 %r136, %r136, 4;
add.s32 %r135, %r135, -4;
setp.ne.s32 %p14, %r135, 0;
@%p14 bra $L__BB30_13;
$L__BB30_14:
setp.eq.s32 %p15, %r7, 0;
@%p15 bra $L__BB30_18;
setp.eq.s32 %p16, %r7, 1;
cvt.u64.u32 %rd53, %r136;
add.s64 %rd54, %rd10, %rd53;
shl.b64 %rd55, %rd54, 1;
add.s64 %rd12, %rd2, %rd55;
ld.global.u16 %rs21, [%rd12];
cvt.f32.f16 %f70, %rs21;
mul.wide.u32 %rd56, %r136, 4;
add.s64 %rd13, %rd1, %rd56;
ld.global.f32 %f71, [%rd13];
fma.rn.f32 %f128, %f70, %f71, %f128;
@%p16 bra $L__BB30_18;
setp.eq.s32 %p17, %r7, 2;
ld.global.u16 %rs22, [%rd12+2];
cvt.f32.f16 %f72, %rs22;
ld.global.f32 %f73, [%rd13+4];
fma.rn.f32 %f128, %f72, %f73, %f128;
@%p17 bra $L__BB30_18;
ld.global.u16 %rs23, [%rd12+4];
cvt.f32.f16 %f74, %rs23;
ld.global.f32 %f75, [%rd13+8];
fma.rn.f32 %f128, %f74, %f75, %f128;
$L__BB30_18:
mov.b32 %r70, %f128;
and.b32 %r71, %r70, 2139095040;
setp.ne.s32 %p18, %r71, 2139095040;
selp.u16 %rs46, 1, 0, %p18;
setp.lt.u32 %p19, %r57, 2;
mov.u32 %r152, 0;
@%p19 bra $L__BB30_45;
mul.lo.s64 %rd14, %rd9, %rd5;
@%p6 bra $L__BB30_37;
mov.u32 %r152, 0;
mov.u32 %r137, 1;
$L__BB30_21:
mul.wide.u32 %rd57, %r137, 4;
add.s64 %rd58, %rd3, %rd57;
ld.global.f32 %f136, [%rd58];
mul.lo.s32 %r24, %r137, %r56;
setp.eq.s32 %p21, %r58, 0;
@%p21 bra $L__BB30_29;
setp.lt.u32 %p22, %r4, 3;
mov.u32 %r141, 0;
@%p22 bra $L__BB30_25;
add.s32 %r139, %r24, 3;
add.s32 %r26, %r24, 1;
$L__BB30_24:
sub.s32 %r127, %r7, %r56;
cvt.u64.u32 %rd59, %r141;
mul.lo.s64 %rd60, %rd59, %rd4;
add.s64 %rd61, %rd60, %rd9;
shl.b64 %rd62, %rd61, 1;
add.s64 %rd63, %rd2, %rd62;
ld.global.u16 %rs24, [%rd63];
cvt.f32.f16 %f77, %rs24;
add.s32 %r76, %r24, %r141;
mul.wide.u32 %rd64, %r76, 4;
add.s64 %rd65, %rd1, %rd64;
ld.global.f32 %f81, [%rd65];
fma.rn.f32 %f82, %f77, %f81, %f136;
add.s64 %rd66, %rd63, %rd6;
ld.global.u16 %rs25, [%rd66];
cvt.f32.f16 %f78, %rs25;
add.s32 %r77, %r26, %r141;
mul.wide.u32 %rd67, %r77, 4;
add.s64 %rd68, %rd1, %rd67;
ld.global.f32 %f83, [%rd68];
fma.rn.f32 %f84, %f78, %f83, %f82;
add.s64 %rd69, %rd66, %rd6;
ld.global.u16 %rs26, [%rd69];
cvt.f32.f16 %f79, %rs26;
add.s32 %r78, %r139, -1;
mul.wide.u32 %rd70, %r78, 4;
add.s64 %rd71, %rd1, %rd70;
ld.global.f32 %f85, [%rd71];
fma.rn.f32 %f86, %f79, %f85, %f84;
add.s64 %rd72, %rd69, %rd6;
ld.global.u16 %rs27, [%rd72];
cvt.f32.f16 %f80, %rs27;
mul.wide.u32 %rd73, %r139, 4;
add.s64 %rd74, %rd1, %rd73;
ld.global.f32 %f87, [%rd74];
fma.rn.f32 %f136, %f80, %f87, %f86;
add.s32 %r139, %r139, 4;
add.s32 %r141, %r141, 4;
add.s32 %r79, %r127, %r141;
setp.ne.s32 %p23, %r79, 0;
@%p23 bra $L__BB30_24;
$L__BB30_25:
setp.eq.s32 %p24, %r7, 0;
@%p24 bra $L__BB30_36;
setp.eq.s32 %p25, %r7, 1;
cvt.u64.u32 %rd75, %r141;
mul.lo.s64 %rd76, %rd75, %rd4;
add.s64 %rd77, %rd76, %rd9;
shl.b64 %rd78, %rd77, 1;
add.s64 %rd79, %rd2, %rd78;
ld.global.u16 %rs28, [%rd79];
cvt.f32.f16 %f88, %rs28;
add.s32 %r80, %r141, %r24;
mul.wide.u32 %rd80, %r80, 4;
add.s64 %rd81, %rd1, %rd80;
ld.global.f32 %f89, [%rd81];
fma.rn.f32 %f136, %f88, %f89, %f136;
@%p25 bra $L__BB30_36;
add.s32 %r81, %r141, 1;
setp.eq.s32 %p26, %r7, 2;
cvt.u64.u32 %rd82, %r81;
mul.lo.s64 %rd83, %rd82, %rd4;
add.s64 %rd84, %rd83, %rd9;
shl.b64 %rd85, %rd84, 1;
add.s64 %rd86, %rd2, %rd85;
ld.global.u16 %rs29, [%rd86];
cvt.f32.f16 %f90, %rs29;
add.s32 %r82, %r81, %r24;
mul.wide.u32 %rd87, %r82, 4;
add.s64 %rd88, %rd1, %rd87;
ld.global.f32 %f91, [%rd88];
fma.rn.f32 %f136, %f90, %f91, %f136;
@%p26 bra $L__BB30_36;
add.s32 %r83, %r141, 2;
cvt.u64.u32 %rd89, %r83;
mul.lo.s64 %rd90, %rd89, %rd4;
add.s64 %rd91, %rd90, %rd9;
shl.b64 %rd92, %rd91, 1;
add.s64 %rd93, %rd2, %rd92;
ld.global.u16 %rs30, [%rd93];
cvt.f32.f16 %f92, %rs30;
add.s32 %r84, %r83, %r24;
mul.wide.u32 %rd94, %r84, 4;
add.s64 %rd95, %rd1, %rd94;
ld.global.f32 %f93, [%rd95];
fma.rn.f32 %f136, %f92, %f93, %f136;
bra.uni $L__BB30_36;
$L__BB30_29:
setp.lt.u32 %p27, %r4, 3;
mov.u32 %r144, 0;
@%p27 bra $L__BB30_32;
mov.u32 %r143, %r8;
$L__BB30_31:
cvt.u64.u32 %rd96, %r144;
add.s64 %rd97, %rd14, %rd96;
shl.b64 %rd98, %rd97, 1;
add.s64 %rd99, %rd2, %rd98;
ld.global.u16 %rs31, [%rd99];
cvt.f32.f16 %f95, %rs31;
add.s32 %r87, %r144, %r24;
mul.wide.u32 %rd100, %r87, 4;
add.s64 %rd101, %rd1, %rd100;
ld.global.f32 %f99, [%rd101];
fma.rn.f32 %f100, %f95, %f99, %f136;
ld.global.u16 %rs32, [%rd99+2];
cvt.f32.f16 %f96, %rs32;
add.s32 %r88, %r87, 1;
mul.wide.u32 %rd102, %r88, 4;
add.s64 %rd103, %rd1, %rd102;
ld.global.f32 %f101, [%rd103];
fma.rn.f32 %f102, %f96, %f101, %f100;
ld.global.u16 %rs33, [%rd99+4];
cvt.f32.f16 %f97, %rs33;
add.s32 %r89, %r87, 2;
mul.wide.u32 %rd104, %r89, 4;
add.s64 %rd105, %rd1, %rd104;
ld.global.f32 %f103, [%rd105];
fma.rn.f32 %f104, %f97, %f103, %f102;
ld.global.u16 %rs34, [%rd99+6];
cvt.f32.f16 %f98, %rs34;
add.s32 %r90, %r87, 3;
mul.wide.u32 %rd106, %r90, 4;
add.s64 %rd107, %rd1, %rd106;
ld.global.f32 %f105, [%rd107];
fma.rn.f32 %f136, %f98, %f105, %f104;
add.s32 %r144, %r144, 4;
add.s32 %r143, %r143, -4;
setp.ne.s32 %p28, %r143, 0;
@%p28 bra $L__BB30_31;
$L__BB30_32:
setp.eq.s32 %p29, %r7, 0;
@%p29 bra $L__BB30_36;
setp.eq.s32 %p30, %r7, 1;
cvt.u64.u32 %rd108, %r144;
add.s64 %rd109, %rd14, %rd108;
shl.b64 %rd110, %rd109, 1;
add.s64 %rd15, %rd2, %rd110;
ld.global.u16 %rs35, [%rd15];
cvt.f32.f16 %f106, %rs35;
add.s32 %r91, %r144, %r24;
mul.wide.u32 %rd111, %r91, 4;
add.s64 %rd112, %rd1, %rd111;
ld.global.f32 %f107, [%rd112];
fma.rn.f32 %f136, %f106, %f107, %f136;
@%p30 bra $L__BB30_36;
setp.eq.s32 %p31, %r7, 2;
ld.global.u16 %rs36, [%rd15+2];
cvt.f32.f16 %f108, %rs36;
add.s32 %r93, %r91, 1;
mul.wide.u32 %rd113, %r93, 4;
add.s64 %rd114, %rd1, %rd113;
ld.global.f32 %f109, [%rd114];
fma.rn.f32 %f136, %f108, %f109, %f136;
@%p31 bra $L__BB30_36;
ld.global.u16 %rs37, [%rd15+4];
cvt.f32.f16 %f110, %rs37;
add.s32 %r95, %r91, 2;
mul.wide.u32 %rd115, %r95, 4;
add.s64 %rd116, %rd1, %rd115;
ld.global.f32 %f111, [%rd116];
fma.rn.f32 %f136, %f110, %f111, %f136;
$L__BB30_36:
mov.b32 %r96, %f136;
and.b32 %r97, %r96, 2139095040;
setp.ne.s32 %p32, %r97, 2139095040;
and.b16 %rs38, %rs46, 255;
setp.ne.s16 %p33, %rs38, 0;
and.pred %p34, %p32, %p33;
selp.u16 %rs46, 1, 0, %p34;
setp.gt.f32 %p35, %f136, %f128;
selp.f32 %f128, %f136, %f128, %p35;
selp.b32 %r152, %r137, %r152, %p35;
add.s32 %r137, %r137, 1;
setp.lt.u32 %p36, %r137, %r57;
@%p36 bra $L__BB30_21;
bra.uni $L__BB30_45;
$L__BB30_37:
add.s32 %r129, %r57, -2;
setp.lt.u32 %p37, %r129, 3;
mov.u32 %r152, 0;
mov.u32 %r149, 1;
@%p37 bra $L__BB30_40;
mov.u32 %r147, %r9;
$L__BB30_39:
mul.wide.u32 %rd117, %r149, 4;
add.s64 %rd118, %rd3, %rd117;
ld.global.f32 %f112, [%rd118];
mov.b32 %r103, %f112;
and.b32 %r104, %r103, 2139095040;
setp.ne.s32 %p38, %r104, 2139095040;
and.b16 %rs40, %rs46, 255;
setp.ne.s16 %p39, %rs40, 0;
and.pred %p40, %p38, %p39;
setp.gt.f32 %p41, %f112, %f128;
selp.f32 %f113, %f112, %f128, %p41;
selp.b32 %r105, %r149, %r152, %p41;
ld.global.f32 %f114, [%rd118+4];
mov.b32 %r106, %f114;
and.b32 %r107, %r106, 2139095040;
setp.ne.s32 %p42, %r107, 2139095040;
and.pred %p43, %p42, %p40;
setp.gt.f32 %p44, %f114, %f113;
selp.f32 %f115, %f114, %f113, %p44;
add.s32 %r108, %r149, 1;
selp.b32 %r109, %r108, %r105, %p44;
ld.global.f32 %f116, [%rd118+8];
mov.b32 %r110, %f116;
and.b32 %r111, %r110, 2139095040;
setp.ne.s32 %p45, %r111, 2139095040;
and.pred %p46, %p45, %p43;
setp.gt.f32 %p47, %f116, %f115;
selp.f32 %f117, %f116, %f115, %p47;
add.s32 %r112, %r149, 2;
selp.b32 %r113, %r112, %r109, %p47;
add.s32 %r114, %r149, 3;
mul.wide.u32 %rd119, %r114, 4;
add.s64 %rd120, %rd3, %rd119;
ld.global.f32 %f118, [%rd120];
mov.b32 %r115, %f118;
and.b32 %r116, %r115, 2139095040;
setp.ne.s32 %p48, %r116, 2139095040;
and.pred %p49, %p48, %p46;
selp.u16 %rs46, 1, 0, %p49;
setp.gt.f32 %p50, %f118, %f117;
selp.f32 %f128, %f118, %f117, %p50;
selp.b32 %r152, %r114, %r113, %p50;
add.s32 %r149, %r149, 4;
add.s32 %r147, %r147, -4;
setp.ne.s32 %p51, %r147, 0;
@%p51 bra $L__BB30_39;
$L__BB30_40:
setp.eq.s32 %p52, %r6, 0;
@%p52 bra $L__BB30_45;
setp.eq.s32 %p53, %r6, 1;
mul.wide.u32 %rd121, %r149, 4;
add.s64 %rd122, %rd3, %rd121;
ld.global.f32 %f119, [%rd122];
mov.b32 %r117, %f119;
and.b32 %r118, %r117, 2139095040;
setp.ne.s32 %p54, %r118, 2139095040;
setp.ne.s16 %p55, %rs46, 0;
and.pred %p64, %p54, %p55;
setp.gt.f32 %p56, %f119, %f128;
selp.f32 %f38, %f119, %f128, %p56;
selp.b32 %r152, %r149, %r152, %p56;
@%p53 bra $L__BB30_44;
add.s32 %r119, %r149, 1;
setp.eq.s32 %p57, %r6, 2;
mul.wide.u32 %rd123, %r119, 4;
add.s64 %rd124, %rd3, %rd123;
ld.global.f32 %f120, [%rd124];
mov.b32 %r120, %f120;
and.b32 %r121, %r120, 2139095040;
setp.ne.s32 %p58, %r121, 2139095040;
and.pred %p64, %p58, %p64;
setp.gt.f32 %p59, %f120, %f38;
selp.f32 %f39, %f120, %f38, %p59;
selp.b32 %r152, %r119, %r152, %p59;
@%p57 bra $L__BB30_44;
add.s32 %r122, %r149, 2;
mul.wide.u32 %rd125, %r122, 4;
add.s64 %rd126, %rd3, %rd125;
ld.global.f32 %f121, [%rd126];
mov.b32 %r123, %f121;
and.b32 %r124, %r123, 2139095040;
setp.ne.s32 %p60, %r124, 2139095040;
and.pred %p64, %p60, %p64;
setp.gt.f32 %p61, %f121, %f39;
selp.b32 %r152, %r122, %r152, %p61;
$L__BB30_44:
selp.u16 %rs46, 1, 0, %p64;
$L__BB30_45:
add.s64 %rd127, %rd7, %rd9;
st.global.u8 [%rd127], %r152;
and.b16 %rs41, %rs46, 255;
setp.ne.s16 %p62, %rs41, 0;
@%p62 bra $L__BB30_47;
mov.u32 %r125, 1;
st.global.u32 [%rd8], %r125;
$L__BB30_47:
ld.param.u32 %r128, [head_labels_f16_param_5];
cvt.u32.u64 %r126, %rd9;
add.s32 %r130, %r126, %r3;
setp.lt.u32 %p63, %r130, %r128;
@%p63 bra $L__BB30_2;
$L__BB30_48:
ret;
}
.visible .entry head_scores_f16(
.param .u64 head_scores_f16_param_0,
.param .u64 head_scores_f16_param_1,
.param .u64 head_scores_f16_param_2,
.param .u64 head_scores_f16_param_3,
.param .u64 head_scores_f16_param_4,
.param .u32 head_scores_f16_param_5,
.param .u32 head_scores_f16_param_6,
.param .u32 head_scores_f16_param_7,
.param .u32 head_scores_f16_param_8,
.param .u32 head_scores_f16_param_9
)
{
.reg .pred %p<32>;
.reg .b16 %rs<15>;
.reg .f32 %f<70>;
.reg .b32 %r<111>;
.reg .b64 %rd<103>;
ld.param.u64 %rd22, [head_scores_f16_param_0];
ld.param.u64 %rd23, [head_scores_f16_param_1];
ld.param.u64 %rd24, [head_scores_f16_param_2];
ld.param.u64 %rd25, [head_scores_f16_param_3];
ld.param.u64 %rd26, [head_scores_f16_param_4];
ld.param.u32 %r36, [head_scores_f16_param_5];
ld.param.u32 %r37, [head_scores_f16_param_6];
ld.param.u32 %r38, [head_scores_f16_param_7];
ld.param.u32 %r39, [head_scores_f16_param_8];
ld.param.u32 %r40, [head_scores_f16_param_9];
cvta.to.global.u64 %rd1, %rd23;
cvta.to.global.u64 %rd2, %rd22;
cvta.to.global.u64 %rd3, %rd26;
cvta.to.global.u64 %rd4, %rd25;
cvta.to.global.u64 %rd5, %rd24;
mov.u32 %r1, %ntid.x;
mov.u32 %r41, %ctaid.x;
mov.u32 %r42, %tid.x;
mad.lo.s32 %r99, %r41, %r1, %r42;
setp.ge.u32 %p1, %r99, %r36;
@%p1 bra $L__BB31_48;
mov.u32 %r43, %nctaid.x;
mul.lo.s32 %r3, %r43, %r1;
cvt.u64.u32 %rd6, %r39;
cvt.u64.u32 %rd7, %r37;
add.s32 %r4, %r38, -1;
add.s32 %r5, %r39, -1;
and.b32 %r6, %r39, 3;
sub.s32 %r7, %r39, %r6;
and.b32 %r8, %r38, 3;
sub.s32 %r9, %r38, %r8;
sub.s32 %r10, %r8, %r38;
cvt.u64.u32 %rd8, %r36;
mul.wide.u32 %rd9, %r36, 2;
$L__BB31_2:
setp.eq.s32 %p2, %r39, 0;
@%p2 bra $L__BB31_47;
setp.eq.s32 %p3, %r38, 0;
cvt.u64.u32 %rd10, %r99;
mul.lo.s64 %rd11, %rd10, %rd6;
mul.lo.s64 %rd12, %rd10, %rd7;
@%p3 bra $L__BB31_27;
setp.eq.s32 %p4, %r40, 0;
@%p4 bra $L__BB31_16;
mov.u32 %r44, 0;
mov.u32 %r100, %r44;
$L__BB31_6:
cvt.u64.u32 %rd13, %r100;
mul.wide.u32 %rd27, %r100, 4;
add.s64 %rd28, %rd5, %rd27;
ld.global.f32 %f65, [%rd28];
mul.lo.s32 %r13, %r100, %r38;
setp.lt.u32 %p5, %r4, 3;
mov.u32 %r103, %r44;
@%p5 bra $L__BB31_9;
add.s32 %r101, %r13, 3;
add.s32 %r15, %r13, 1;
mov.u32 %r103, 0;
$L__BB31_8:
cvt.u64.u32 %rd29, %r103;
mul.lo.s64 %rd30, %rd29, %rd8;
add.s64 %rd31, %rd30, %rd10;
shl.b64 %rd32, %rd31, 1;
add.s64 %rd33, %rd2, %rd32;
ld.global.u16 %rs1, [%rd33];
cvt.f32.f16 %f20, %rs1;
add.s32 %r47, %r13, %r103;
mul.wide.u32 %rd34, %r47, 4;
add.s64 %rd35, %rd1, %rd34;
ld.global.f32 %f24, [%rd35];
fma.rn.f32 %f25, %f20, %f24, %f65;
add.s64 %rd36, %rd33, %rd9;
ld.global.u16 %rs2, [%rd36];
cvt.f32.f16 %f21, %rs2;
add.s32 %r48, %r15, %r103;
mul.wide.u32 %rd37, %r48, 4;
add.s64 %rd38, %rd1, %rd37;
ld.global.f32 %f26, [%rd38];
fma.rn.f32 %f27, %f21, %f26, %f25;
add.s64 %rd39, %rd36, %rd9;
ld.global.u16 %rs3, [%rd39];
cvt.f32.f16 %f22, %rs3;
add.s32 %r49, %r101, -1;
mul.wide.u32 %rd40, %r49, 4;
add.s64 %rd41, %rd1, %rd40;
ld.global.f32 %f28, [%rd41];
fma.rn.f32 %f29, %f22, %f28, %f27;
add.s64 %rd42, %rd39, %rd9;
ld.global.u16 %rs4, [%rd42];
cvt.f32.f16 %f23, %rs4;
mul.wide.u32 %rd43, %r101, 4;
add.s64 %rd44, %rd1, %rd43;
ld.global.f32 %f30, [%rd44];
fma.rn.f32 %f65, %f23, %f30, %f29;
add.s32 %r101, %r101, 4;
add.s32 %r103, %r103, 4;
add.s32 %r50, %r10, %r103;
setp.ne.s32 %p6, %r50, 0;
@%p6 bra $L__BB31_8;
$L__BB31_9:
setp.eq.s32 %p7, %r8, 0;
@%p7 bra $L__BB31_13;
setp.eq.s32 %p8, %r8, 1;
cvt.u64.u32 %rd45, %r103;
mul.lo.s64 %rd46, %rd45, %rd8;
add.s64 %rd47, %rd46, %rd10;
shl.b64 %rd48, %rd47, 1;
add.s64 %rd49, %rd2, %rd48;
ld.global.u16 %rs5, [%rd49];
cvt.f32.f16 %f31, %rs5;
add.s32 %r51, %r103, %r13;
mul.wide.u32 %rd50, %r51, 4;
add.s64 %rd51, %rd1, %rd50;
ld.global.f32 %f32, [%rd51];
fma.rn.f32 %f65, %f31, %f32, %f65;
@%p8 bra $L__BB31_13;
add.s32 %r52, %r103, 1;
setp.eq.s32 %p9, %r8, 2;
cvt.u64.u32 %rd52, %r52;
mul.lo.s64 %rd53, %rd52, %rd8;
add.s64 %rd54, %rd53, %rd10;
shl.b64 %rd55, %rd54, 1;
add.s64 %rd56, %rd2, %rd55;
ld.global.u16 %rs6, [%rd56];
cvt.f32.f16 %f33, %rs6;
add.s32 %r53, %r52, %r13;
mul.wide.u32 %rd57, %r53, 4;
add.s64 %rd58, %rd1, %rd57;
ld.global.f32 %f34, [%rd58];
fma.rn.f32 %f65, %f33, %f34, %f65;
@%p9 bra $L__BB31_13;
add.s32 %r54, %r103, 2;
cvt.u64.u32 %rd59, %r54;
mul.lo.s64 %rd60, %rd59, %rd8;
add.s64 %rd61, %rd60, %rd10;
shl.b64 %rd62, %rd61, 1;
add.s64 %rd63, %rd2, %rd62;
ld.global.u16 %rs7, [%rd63];
cvt.f32.f16 %f35, %rs7;
add.s32 %r55, %r54, %r13;
mul.wide.u32 %rd64, %r55, 4;
add.s64 %rd65, %rd1, %rd64;
ld.global.f32 %f36, [%rd65];
fma.rn.f32 %f65, %f35, %f36, %f65;
$L__BB31_13:
add.s64 %rd66, %rd11, %rd13;
shl.b64 %rd67, %rd66, 2;
add.s64 %rd68, %rd4, %rd67;
st.global.f32 [%rd68], %f65;
mov.b32 %r56, %f65;
and.b32 %r57, %r56, 2139095040;
setp.ne.s32 %p10, %r57, 2139095040;
@%p10 bra $L__BB31_15;
mov.u32 %r58, 1;
st.global.u32 [%rd3], %r58;
$L__BB31_15:
cvt.u32.u64 %r59, %rd13;
add.s32 %r100, %r59, 1;
setp.lt.u32 %p11, %r100, %r39;
@%p11 bra $L__BB31_6;
bra.uni $L__BB31_47;
$L__BB31_27:
setp.lt.u32 %p19, %r5, 3;
mov.u32 %r110, 0;
@%p19 bra $L__BB31_38;
mov.u32 %r109, %r7;
$L__BB31_29:
cvt.u64.u32 %rd95, %r110;
mul.wide.u32 %rd96, %r110, 4;
add.s64 %rd16, %rd5, %rd96;
ld.global.f32 %f55, [%rd16];
add.s64 %rd97, %rd11, %rd95;
shl.b64 %rd98, %rd97, 2;
add.s64 %rd17, %rd4, %rd98;
st.global.f32 [%rd17], %f55;
mov.b32 %r78, %f55;
and.b32 %r79, %r78, 2139095040;
setp.ne.s32 %p20, %r79, 2139095040;
@%p20 bra $L__BB31_31;
mov.u32 %r80, 1;
st.global.u32 [%rd3], %r80;
$L__BB31_31:
ld.global.f32 %f56, [%rd16+4];
st.global.f32 [%rd17+4], %f56;
mov.b32 %r81, %f56;
and.b32 %r82, %r81, 2139095040;
setp.ne.s32 %p21, %r82, 2139095040;
@%p21 bra $L__BB31_33;
mov.u32 %r83, 1;
st.global.u32 [%rd3], %r83;
$L__BB31_33:
ld.global.f32 %f57, [%rd16+8];
st.global.f32 [%rd17+8], %f57;
mov.b32 %r84, %f57;
and.b32 %r85, %r84, 2139095040;
setp.ne.s32 %p22, %r85, 2139095040;
@%p22 bra $L__BB31_35;
mov.u32 %r86, 1;
st.global.u32 [%rd3], %r86;
$L__BB31_35:
ld.global.f32 %f58, [%rd16+12];
st.global.f32 [%rd17+12], %f58;
mov.b32 %r87, %f58;
and.b32 %r88, %r87, 2139095040;
setp.ne.s32 %p23, %r88, 2139095040;
@%p23 bra $L__BB31_37;
mov.u32 %r89, 1;
st.global.u32 [%rd3], %r89;
$L__BB31_37:
add.s32 %r110, %r110, 4;
add.s32 %r109, %r109, -4;
setp.ne.s32 %p24, %r109, 0;
@%p24 bra $L__BB31_29;
$L__BB31_38:
setp.eq.s32 %p25, %r6, 0;
@%p25 bra $L__BB31_47;
cvt.u64.u32 %rd99, %r110;
mul.wide.u32 %rd100, %r110, 4;
add.s64 %rd20, %rd5, %rd100;
ld.global.f32 %f59, [%rd20];
add.s64 %rd101, %rd11, %rd99;
shl.b64 %rd102, %rd101, 2;
add.s64 %rd21, %rd4, %rd102;
st.global.f32 [%rd21], %f59;
mov.b32 %r90, %f59;
and.b32 %r91, %r90, 2139095040;
setp.ne.s32 %p26, %r91, 2139095040;
@%p26 bra $L__BB31_41;
mov.u32 %r92, 1;
st.global.u32 [%rd3], %r92;
$L__BB31_41:
setp.eq.s32 %p27, %r6, 1;
@%p27 bra $L__BB31_47;
ld.global.f32 %f60, [%rd20+4];
st.global.f32 [%rd21+4], %f60;
mov.b32 %r93, %f60;
and.b32 %r94, %r93, 2139095040;
setp.ne.s32 %p28, %r94, 2139095040;
@%p28 bra $L__BB31_44;
mov.u32 %r95, 1;
st.global.u32 [%rd3], %r95;
$L__BB31_44:
setp.eq.s32 %p29, %r6, 2;
@%p29 bra $L__BB31_47;
ld.global.f32 %f61, [%rd20+8];
st.global.f32 [%rd21+8], %f61;
mov.b32 %r96, %f61;
and.b32 %r97, %r96, 2139095040;
setp.ne.s32 %p30, %r97, 2139095040;
@%p30 bra $L__BB31_47;
mov.u32 %r98, 1;
st.global.u32 [%rd3], %r98;
bra.uni $L__BB31_47;
$L__BB31_16:
mov.u32 %r60, 0;
mov.u32 %r104, %r60;
$L__BB31_17:
cvt.u64.u32 %rd14, %r104;
mul.wide.u32 %rd69, %r104, 4;
add.s64 %rd70, %rd5, %rd69;
ld.global.f32 %f69, [%rd70];
mul.lo.s32 %r23, %r104, %r38;
setp.lt.u32 %p12, %r4, 3;
mov.u32 %r107, %r60;
@%p12 bra $L__BB31_20;
mov.u32 %r107, 0;
mov.u32 %r106, %r9;
$L__BB31_19:
cvt.u64.u32 %rd71, %r107;
add.s64 %rd72, %rd12, %rd71;
shl.b64 %rd73, %rd72, 1;
add.s64 %rd74, %rd2, %rd73;
ld.global.u16 %rs8, [%rd74];
cvt.f32.f16 %f38, %rs8;
add.s32 %r63, %r107, %r23;
mul.wide.u32 %rd75, %r63, 4;
add.s64 %rd76, %rd1, %rd75;
ld.global.f32 %f42, [%rd76];
fma.rn.f32 %f43, %f38, %f42, %f69;
ld.global.u16 %rs9, [%rd74+2];
cvt.f32.f16 %f39, %rs9;
add.s32 %r64, %r63, 1;
mul.wide.u32 %rd77, %r64, 4;
add.s64 %rd78, %rd1, %rd77;
ld.global.f32 %f44, [%rd78];
fma.rn.f32 %f45, %f39, %f44, %f43;
ld.global.u16 %rs10, [%rd74+4];
cvt.f32.f16 %f40, %rs10;
add.s32 %r65, %r63, 2;
mul.wide.u32 %rd79, %r65, 4;
add.s64 %rd80, %rd1, %rd79;
ld.global.f32 %f46, [%rd80];
fma.rn.f32 %f47, %f40, %f46, %f45;
ld.global.u16 %rs11, [%rd74+6];
cvt.f32.f16 %f41, %rs11;
add.s32 %r66, %r63, 3;
mul.wide.u32 %rd81, %r66, 4;
add.s64 %rd82, %rd1, %rd81;
ld.global.f32 %f48, [%rd82];
fma.rn.f32 %f69, %f41, %f48, %f47;
add.s32 %r107, %r107, 4;
add.s32 %r106, %r106, -4;
setp.ne.s32 %p13, %r106, 0;
@%p13 bra $L__BB31_19;
$L__BB31_20:
setp.eq.s32 %p14, %r8, 0;
@%p14 bra $L__BB31_24;
setp.eq.s32 %p15, %r8, 1;
cvt.u64.u32 %rd83, %r107;
add.s64 %rd84, %rd12, %rd83;
shl.b64 %rd85, %rd84, 1;
add.s64 %rd15, %rd2, %rd85;
ld.global.u16 %rs12, [%rd15];
cvt.f32.f16 %f49, %rs12;
add.s32 %r67, %r107, %r23;
mul.wide.u32 %rd86, %r67, 4;
add.s64 %rd87, %rd1, %rd86;
ld.global.f32 %f50, [%rd87];
fma.rn.f32 %f69, %f49, %f50, %f69;
@%p15 bra $L__BB31_24;
setp.eq.s32 %p16, %r8, 2;
ld.global.u16 %rs13, [%rd15+2];
cvt.f32.f16 %f51, %rs13;
add.s32 %r69, %r67, 1;
mul.wide.u32 %rd88, %r69, 4;
add.s64 %rd89, %rd1, %rd88;
ld.global.f32 %f52, [%rd89];
fma.rn.f32 %f69, %f51, %f52, %f69;
@%p16 bra $L__BB31_24;
ld.global.u16 %rs14, [%rd15+4];
cvt.f32.f16 %f53, %rs14;
add.s32 %r71, %r67, 2;
mul.wide.u32 %rd90, %r71, 4;
add.s64 %rd91, %rd1, %rd90;
ld.global.f32 %f54, [%rd91];
fma.rn.f32 %f69, %f53, %f54, %f69;
$L__BB31_24:
add.s64 %rd92, %rd11, %rd14;
shl.b64 %rd93, %rd92, 2;
add.s64 %rd94, %rd4, %rd93;
st.global.f32 [%rd94], %f69;
mov.b32 %r72, %f69;
and.b32 %r73, %r72, 2139095040;
setp.ne.s32 %p17, %r73, 2139095040;
@%p17 bra $L__BB31_26;
mov.u32 %r74, 1;
st.global.u32 [%rd3], %r74;
$L__BB31_26:
cvt.u32.u64 %r75, %rd14;
add.s32 %r104, %r75, 1;
setp.lt.u32 %p18, %r104, %r39;
@%p18 bra $L__BB31_17;
$L__BB31_47:
add.s32 %r99, %r99, %r3;
setp.lt.u32 %p31, %r99, %r36;
@%p31 bra $L__BB31_2;
$L__BB31_48:
ret;
}
.visible .entry pattern_f16(
.param .u64 pattern_f16_param_0,
.param .u32 pattern_f16_param_1,
.param .u32 pattern_f16_param_2,
.param .u32 pattern_f16_param_3,
.param .u32 pattern_f16_param_4,
.param .u32 pattern_f16_param_5
)
{
.reg .pred %p<7>;
.reg .b16 %rs<3>;
.reg .f32 %f<13>;
.reg .b32 %r<56>;
.reg .b64 %rd<11>;
ld.param.u64 %rd2, [pattern_f16_param_0];
ld.param.u32 %r13, [pattern_f16_param_1];
ld.param.u32 %r14, [pattern_f16_param_2];
ld.param.u32 %r15, [pattern_f16_param_3];
ld.param.u32 %r16, [pattern_f16_param_4];
ld.param.u32 %r17, [pattern_f16_param_5];
cvta.to.global.u64 %rd1, %rd2;
mov.u32 %r1, %ntid.x;
mov.u32 %r18, %ctaid.x;
mov.u32 %r19, %tid.x;
mad.lo.s32 %r54, %r18, %r1, %r19;
mul.lo.s32 %r3, %r14, %r13;
setp.ge.u32 %p1, %r54, %r3;
@%p1 bra $L__BB32_10;
setp.eq.s32 %p2, %r17, 0;
mul.lo.s32 %r4, %r16, -1028477379;
mov.u32 %r20, %nctaid.x;
mul.lo.s32 %r5, %r20, %r1;
@%p2 bra $L__BB32_7;
$L__BB32_3:
div.u32 %r7, %r54, %r13;
setp.ge.u32 %p3, %r7, %r15;
mov.f32 %f11, 0f00000000;
@%p3 bra $L__BB32_5;
mul.lo.s32 %r21, %r7, %r13;
sub.s32 %r22, %r54, %r21;
mul.lo.s32 %r23, %r22, -1640531535;
xor.b32 %r24, %r23, %r4;
mul.lo.s32 %r25, %r7, -2048144777;
xor.b32 %r26, %r24, %r25;
shr.u32 %r27, %r26, 15;
xor.b32 %r28, %r27, %r26;
mul.lo.s32 %r29, %r28, -2048144777;
shr.u32 %r30, %r29, 13;
xor.b32 %r31, %r30, %r29;
mul.lo.s32 %r32, %r31, -1028477379;
shr.u32 %r33, %r32, 16;
xor.b32 %r34, %r33, %r32;
mul.wide.u32 %rd3, %r34, 266354561;
shr.u64 %rd4, %rd3, 35;
cvt.u32.u64 %r35, %rd4;
mul.lo.s32 %r36, %r35, 129;
sub.s32 %r37, %r34, %r36;
cvt.rn.f32.s32 %f6, %r37;
fma.rn.f32 %f11, %f6, 0f3C800000, 0fBF800000;
$L__BB32_5:
cvt.rn.f16.f32 %rs1, %f11;
mul.wide.u32 %rd5, %r54, 2;
add.s64 %rd6, %rd1, %rd5;
st.global.u16 [%rd6], %rs1;
add.s32 %r54, %r54, %r5;
setp.lt.u32 %p4, %r54, %r3;
@%p4 bra $L__BB32_3;
bra.uni $L__BB32_10;
$L__BB32_7:
div.u32 %r10, %r54, %r14;
mul.lo.s32 %r38, %r10, %r14;
sub.s32 %r11, %r54, %r38;
setp.ge.u32 %p5, %r11, %r15;
mov.f32 %f12, 0f00000000;
@%p5 bra $L__BB32_9;
mul.lo.s32 %r39, %r10, -1640531535;
xor.b32 %r40, %r39, %r4;
mul.lo.s32 %r41, %r11, -2048144777;
xor.b32 %r42, %r40, %r41;
shr.u32 %r43, %r42, 15;
xor.b32 %r44, %r43, %r42;
mul.lo.s32 %r45, %r44, -2048144777;
shr.u32 %r46, %r45, 13;
xor.b32 %r47, %r46, %r45;
mul.lo.s32 %r48, %r47, -1028477379;
shr.u32 %r49, %r48, 16;
xor.b32 %r50, %r49, %r48;
mul.wide.u32 %rd7, %r50, 266354561;
shr.u64 %rd8, %rd7, 35;
cvt.u32.u64 %r51, %rd8;
mul.lo.s32 %r52, %r51, 129;
sub.s32 %r53, %r50, %r52;
cvt.rn.f32.s32 %f9, %r53;
fma.rn.f32 %f12, %f9, 0f3C800000, 0fBF800000;
$L__BB32_9:
cvt.rn.f16.f32 %rs2, %f12;
mul.wide.u32 %rd9, %r54, 2;
add.s64 %rd10, %rd1, %rd9;
st.global.u16 [%rd10], %rs2;
add.s32 %r54, %r54, %r5;
setp.lt.u32 %p6, %r54, %r3;
@%p6 bra $L__BB32_7;
$L__BB32_10:
ret;
}
.visible .entry finite_f16(
.param .u64 finite_f16_param_0,
.param .u64 finite_f16_param_1,
.param .u32 finite_f16_param_2
)
{
.reg .pred %p<4>;
.reg .b16 %rs<2>;
.reg .f32 %f<2>;
.reg .b32 %r<14>;
.reg .b64 %rd<7>;
ld.param.u64 %rd3, [finite_f16_param_0];
ld.param.u64 %rd4, [finite_f16_param_1];
ld.param.u32 %r6, [finite_f16_param_2];
mov.u32 %r1, %ntid.x;
mov.u32 %r7, %ctaid.x;
mov.u32 %r8, %tid.x;
mad.lo.s32 %r13, %r7, %r1, %r8;
setp.ge.u32 %p1, %r13, %r6;
@%p1 bra $L__BB33_5;
mov.u32 %r9, %nctaid.x;
mul.lo.s32 %r3, %r9, %r1;
cvta.to.global.u64 %rd1, %rd3;
cvta.to.global.u64 %rd2, %rd4;
$L__BB33_2:
mul.wide.u32 %rd5, %r13, 2;
add.s64 %rd6, %rd1, %rd5;
ld.global.u16 %rs1, [%rd6];
cvt.f32.f16 %f1, %rs1;
mov.b32 %r10, %f1;
and.b32 %r11, %r10, 2139095040;
setp.ne.s32 %p2, %r11, 2139095040;
@%p2 bra $L__BB33_4;
mov.u32 %r12, 1;
st.global.u32 [%rd2], %r12;
$L__BB33_4:
add.s32 %r13, %r13, %r3;
setp.lt.u32 %p3, %r13, %r6;
@%p3 bra $L__BB33_2;
$L__BB33_5:
ret;
}
.visible .entry combine_halves(
.param .u64 combine_halves_param_0,
.param .u64 combine_halves_param_1,
.param .u64 combine_halves_param_2,
.param .u64 combine_halves_param_3,
.param .u32 combine_halves_param_4,
.param .u32 combine_halves_param_5,
.param .u32 combine_halves_param_6,
.param .u32 combine_halves_param_7
)
{
.reg .pred %p<13>;
.reg .b16 %rs<10>;
.reg .f32 %f<29>;
.reg .b32 %r<36>;
.reg .b64 %rd<29>;
ld.param.u64 %rd10, [combine_halves_param_0];
ld.param.u64 %rd8, [combine_halves_param_1];
ld.param.u64 %rd9, [combine_halves_param_2];
ld.param.u64 %rd11, [combine_halves_param_3];
ld.param.u32 %r17, [combine_halves_param_4];
ld.param.u32 %r18, [combine_halves_param_5];
ld.param.u32 %r19, [combine_halves_param_6];
ld.param.u32 %r20, [combine_halves_param_7];
cvta.to.global.u64 %rd1, %rd11;
cvta.to.global.u64 %rd2, %rd9;
cvta.to.global.u64 %rd3, %rd10;
mov.u32 %r1, %ntid.x;
mov.u32 %r21, %ctaid.x;
mov.u32 %r22, %tid.x;
mad.lo.s32 %r31, %r21, %r1, %r22;
mul.lo.s32 %r3, %r18, %r17;
setp.ge.u32 %p1, %r31, %r3;
@%p1 bra $L__BB34_23;
setp.eq.s64 %p2, %rd8, 0;
mov.u32 %r23, %nctaid.x;
mul.lo.s32 %r4, %r23, %r1;
@%p2 bra $L__BB34_11;
cvta.to.global.u64 %rd4, %rd8;
$L__BB34_3:
cvt.u64.u32 %rd5, %r31;
mul.wide.u32 %rd12, %r31, 2;
add.s64 %rd13, %rd3, %rd12;
ld.global.u16 %rs1, [%rd13];
cvt.f32.f16 %f13, %rs1;
add.s64 %rd14, %rd4, %rd12;
ld.global.u16 %rs2, [%rd14];
cvt.f32.f16 %f14, %rs2;
add.f32 %f26, %f13, %f14;
setp.eq.s64 %p3, %rd9, 0;
@%p3 bra $L__BB34_8;
setp.eq.s32 %p4, %r20, 0;
@%p4 bra $L__BB34_6;
cvt.u32.u64 %r24, %rd5;
div.u32 %r32, %r24, %r17;
bra.uni $L__BB34_7;
$L__BB34_6:
cvt.u32.u64 %r25, %rd5;
rem.u32 %r32, %r25, %r18;
$L__BB34_7:
mul.wide.u32 %rd15, %r32, 2;
add.s64 %rd16, %rd2, %rd15;
ld.global.u16 %rs3, [%rd16];
cvt.f32.f16 %f15, %rs3;
add.f32 %f26, %f26, %f15;
$L__BB34_8:
setp.eq.s32 %p5, %r19, 0;
@%p5 bra $L__BB34_10;
mov.f32 %f16, 0f00000000;
max.f32 %f26, %f26, %f16;
$L__BB34_10:
cvt.rn.f16.f32 %rs4, %f26;
shl.b64 %rd17, %rd5, 1;
add.s64 %rd18, %rd1, %rd17;
st.global.u16 [%rd18], %rs4;
cvt.u32.u64 %r26, %rd5;
add.s32 %r31, %r26, %r4;
setp.lt.u32 %p6, %r31, %r3;
@%p6 bra $L__BB34_3;
bra.uni $L__BB34_23;
$L__BB34_11:
setp.eq.s64 %p7, %rd9, 0;
@%p7 bra $L__BB34_20;
$L__BB34_13:
cvt.u64.u32 %rd6, %r31;
mul.wide.u32 %rd19, %r31, 2;
add.s64 %rd20, %rd3, %rd19;
ld.global.u16 %rs5, [%rd20];
cvt.f32.f16 %f18, %rs5;
setp.eq.s32 %p8, %r20, 0;
@%p8 bra $L__BB34_15;
cvt.u32.u64 %r27, %rd6;
div.u32 %r34, %r27, %r17;
bra.uni $L__BB34_16;
$L__BB34_15:
cvt.u32.u64 %r28, %rd6;
rem.u32 %r34, %r28, %r18;
$L__BB34_16:
mul.wide.u32 %rd21, %r34, 2;
add.s64 %rd22, %rd2, %rd21;
ld.global.u16 %rs6, [%rd22];
cvt.f32.f16 %f19, %rs6;
add.f32 %f27, %f18, %f19;
setp.eq.s32 %p9, %r19, 0;
@%p9 bra $L__BB34_18;
mov.f32 %f20, 0f00000000;
max.f32 %f27, %f27, %f20;
$L__BB34_18:
cvt.rn.f16.f32 %rs7, %f27;
shl.b64 %rd23, %rd6, 1;
add.s64 %rd24, %rd1, %rd23;
st.global.u16 [%rd24], %rs7;
cvt.u32.u64 %r29, %rd6;
add.s32 %r31, %r29, %r4;
setp.lt.u32 %p10, %r31, %r3;
@%p10 bra $L__BB34_13;
bra.uni $L__BB34_23;
$L__BB34_20:
cvt.u64.u32 %rd7, %r31;
mul.wide.u32 %rd25, %r31, 2;
add.s64 %rd26, %rd3, %rd25;
ld.global.u16 %rs8, [%rd26];
cvt.f32.f16 %f28, %rs8;
setp.eq.s32 %p11, %r19, 0;
@%p11 bra $L__BB34_22;
mov.f32 %f23, 0f00000000;
max.f32 %f28, %f28, %f23;
$L__BB34_22:
cvt.rn.f16.f32 %rs9, %f28;
shl.b64 %rd27, %rd7, 1;
add.s64 %rd28, %rd1, %rd27;
st.global.u16 [%rd28], %rs9;
cvt.u32.u64 %r30, %rd7;
add.s32 %r31, %r30, %r4;
setp.lt.u32 %p12, %r31, %r3;
@%p12 bra $L__BB34_20;
$L__BB34_23:
ret;
}
"""#
}
