/* The packed pages, as the build made them: PILOTHOUSE_PAGES names the file. */
    .section .rodata
    .global pilothouse_pages_begin
    .global pilothouse_pages_end
    .balign 16
pilothouse_pages_begin:
    .incbin PILOTHOUSE_PAGES
pilothouse_pages_end:
    .byte 0
    .section .note.GNU-stack,"",%progbits
